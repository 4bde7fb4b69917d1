import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { parseInteger } from '../cli/parse.ts';
import { bareId, jobArgument } from '../jobs/id.ts';
import { printable, shortId } from '../output/text.ts';

export function registerJobLogs(job: Command, context: Context): void {
  const command = withPeerOptions(
    job
      .command('logs')
      .description("what a job's programs wrote to standard error, as far as workers sent it")
      .argument(...jobArgument)
      .option('--unit <n>', 'of this unit only', parseInteger(0, 1_000_000)),
  );
  withExamples(command, [['shoal job logs 1a2b3c --unit 7', 'of unit 7, by each peer that ran it']]);
  command.action(async (id: string, options: PeerCommandOptions & { unit?: number }) => {
    const logs = await (await context.peer(options)).logs(bareId(id), options.unit === undefined ? {} : { unit: options.unit });
    if (options.json === true) return context.out.line(JSON.stringify({ logs }));
    if (logs.length === 0) return context.err.line('No log lines came. Programs write them to standard error.');
    for (const { unit, peer, text } of logs) {
      const title = context.out.style.dim(`unit ${unit} ${shortId(peer)}`);
      // One worker alone says so; nobody has checked it.
      context.out.lines(printable(text).replace(/\n$/u, '').split('\n').map((line) => `${title}  ${line}`));
    }
  });
}
