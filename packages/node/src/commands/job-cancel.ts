import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { bareId, jobArgument } from '../jobs/id.ts';
import { shortId } from '../output/text.ts';

export function registerJobCancel(job: Command, context: Context): void {
  const command = withPeerOptions(
    job
      .command('cancel')
      .description('call a job off: its workers stop, what was accepted stays')
      .argument(...jobArgument)
      .option('--why <text>', 'told to its workers'),
  );
  withExamples(command, [['shoal job cancel 1a2b3c --why "wrong dataset"', 'ends it now']]);
  command.action(async (id: string, options: PeerCommandOptions & { why?: string }) => {
    const peer = await context.peer(options);
    const { job: view } = await peer.cancel(bareId(id), options.why === undefined ? {} : { why: options.why });
    if (options.json === true) context.out.line(JSON.stringify({ job: view }));
    else if (view.state === 'cancelled') context.out.line(`Job ${shortId(view.id)} is cancelled; ${view.accepted} of ${view.units} units had been accepted.`);
    else context.out.line(`Job ${shortId(view.id)} had ended before: ${view.state}.`);
  });
}
