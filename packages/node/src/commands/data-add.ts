import { resolve } from 'node:path';
import type { Command } from 'commander';
import { withByteProgress } from '../cli/byte-progress.ts';
import type { Context } from '../cli/context.ts';
import { existing } from '../cli/files.ts';
import { interruptible } from '../cli/interrupt.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { collectList } from '../cli/parse.ts';
import { humanBytes } from '../output/quantities.ts';
import { plural } from '../output/text.ts';

interface DataAddOptions extends PeerCommandOptions {
  name?: string;
  only?: string[];
}

export function registerDataAdd(data: Command, context: Context): void {
  const command = withPeerOptions(
    data
      .command('add')
      .description('add a file or folder as a dataset, announce it and keep it')
      .argument('<path>', 'a file, or a folder whose files become the shards')
      .option('--name <name>', "what others may call it (default: the file's or folder's name)")
      .option('--only <names>', 'keep only these shards here (names parted by commas, repeatable)', collectList),
  );
  withExamples(command, [
    ['shoal data add ./logs --name logs', 'each file in ./logs is a shard'],
    ['shoal data add ./logs --name logs --only a.log,b.log', 'the same dataset, of which this peer keeps two shards'],
  ]);
  command.action(async (path: string, options: DataAddOptions) => {
    const absolute = await existing(path, 'a dataset');
    const peer = await context.peer(options);
    const body = {
      path: resolve(absolute),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.only === undefined ? {} : { only: options.only }),
    };
    const added = await interruptible((signal) =>
      withByteProgress(context, 'reading', options.json === true, (onProgress) => peer.addData(body, { signal, onProgress })),
    );
    if (options.json === true) return context.out.line(JSON.stringify(added));
    const { style } = context.out;
    const whole = `${plural(added.shards, 'shard')}, ${humanBytes(added.bytes)}`;
    const kept = added.here === added.shards ? whole : `${added.here} of ${whole} (${humanBytes(added.bytesHere)} here)`;
    context.out.lines([`${style.bold(added.name)}  ${kept}`, added.cid]);
  });
}
