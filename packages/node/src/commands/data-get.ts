import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { withByteProgress } from '../cli/byte-progress.ts';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanBytes } from '../output/quantities.ts';

export function registerDataGet(data: Command, context: Context): void {
  const command = withPeerOptions(
    data
      .command('get')
      .description('fetch a dataset from whoever holds it, and write it out')
      .argument('<dataset>', 'its CID or name')
      .option('-o, --out <path>', "where to write it (default: the dataset's name or CID, here)"),
  );
  withExamples(command, [
    ['shoal data get logs', 'writes ./logs'],
    ['shoal data get bafy… --out /tmp/logs', 'by its CID, to a path of your choice'],
  ]);
  command.action(async (dataset: string, options: PeerCommandOptions & { out?: string }) => {
    const peer = await context.peer(options);
    // A name of a stranger must not lead out of this folder.
    const to = resolve(options.out ?? (basename(dataset) || 'dataset'));
    const written = await interruptible((signal) =>
      withByteProgress(context, 'fetching', options.json === true, (onProgress) => peer.getData(dataset, to, { signal, onProgress })),
    );
    if (options.json === true) context.out.line(JSON.stringify({ path: to, ...written }));
    else context.out.line(`${humanBytes(written.bytes)} written to ${to}`);
  });
}
