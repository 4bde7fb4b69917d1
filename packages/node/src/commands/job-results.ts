import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { comeBack } from '../jobs/finish.ts';
import { bareId, jobArgument } from '../jobs/id.ts';
import { printResults, writeResults } from '../jobs/results.ts';

export function registerJobResults(job: Command, context: Context): void {
  const command = withPeerOptions(
    job
      .command('results')
      .description('the accepted results of a job, in the order of its units; waits for an open job')
      .argument(...jobArgument)
      .option('-o, --out <dir>', 'write them into a folder, one folder a unit, instead of printing them'),
  );
  withExamples(command, [
    ['shoal job results 1a2b3c', 'standard output of every unit'],
    ['shoal job results 1a2b3c --out results', 'with the files that the units wrote'],
    ['shoal job results 1a2b3c --json', 'one line of JSON a unit, as they are accepted'],
  ]);
  command.action(async (text: string, options: PeerCommandOptions & { out?: string }) => {
    const peer = await context.peer(options);
    const { job: view } = await peer.job(bareId(text));
    if (view.state === 'open' && options.json !== true) {
      context.err.line(`The job is open: ${view.accepted} of ${view.units} units accepted so far. Waiting; Ctrl-C leaves it running.`);
    }
    await interruptible(async (signal) => {
      const results = peer.results(view.id, { signal });
      if (options.out !== undefined) {
        const count = await writeResults(peer, view.id, results, options.out);
        context.out.line(options.json === true ? JSON.stringify({ results: count, path: options.out }) : `${count} results written to ${options.out}`);
      } else if (options.json === true) {
        for await (const result of results) context.out.line(JSON.stringify(result));
      } else await printResults(context, results);
    }, comeBack(view.id, options.dataDir));
  });
}
