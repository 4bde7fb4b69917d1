import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { exitCodes } from '../exit-codes.ts';
import { diagnose, type Finding } from '../network/diagnose.ts';
import type { Style } from '../output/style.ts';

export function registerDoctor(program: Command, context: Context): void {
  const command = withPeerOptions(program.command('doctor').description('whether others can reach the running peer, and what to do about it'));
  withExamples(command, [
    ['shoal doctor', 'neighbours, addresses, NAT and relays, in plain words; exit code 1 when something is wrong'],
    ['shoal doctor --json', 'the same for programs'],
  ]);
  command.action(async (options: PeerCommandOptions) => {
    const findings = diagnose(await (await context.peer(options)).status());
    if (options.json === true) context.out.line(JSON.stringify({ findings }));
    else context.out.lines(findings.flatMap((finding) => describe(finding, context.out.style)));
    if (findings.some(({ state }) => state === 'bad')) context.setExitCode(exitCodes.failed);
  });
}

function describe({ state, what, todo }: Finding, style: Style): string[] {
  const mark = { good: style.green('ok  '), poor: style.yellow('hm  '), bad: style.red('bad ') }[state];
  return [`${mark} ${what}`, ...(todo === undefined ? [] : [`     ${todo}`])];
}
