import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanBytes } from '../output/quantities.ts';

export function registerDataRm(data: Command, context: Context): void {
  const command = withPeerOptions(
    data.command('rm').alias('remove').description('stop keeping a dataset here; other holders keep theirs').argument('<dataset>', 'its CID or name'),
  );
  withExamples(command, [['shoal data rm logs', 'frees the disk that it took']]);
  command.action(async (dataset: string, options: PeerCommandOptions) => {
    const removed = await (await context.peer(options)).removeData(dataset);
    if (options.json === true) context.out.line(JSON.stringify(removed));
    else context.out.line(`Removed ${dataset}; ${humanBytes(removed.freedBytes)} freed.`);
  });
}
