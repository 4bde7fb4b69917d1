import type { Command } from 'commander';
import type { DatasetView } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanBytes } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { printableLine } from '../output/text.ts';

export function registerDataLs(data: Command, context: Context): void {
  const command = withPeerOptions(data.command('ls').alias('list').description('the datasets of which this peer holds something'));
  withExamples(command, [
    ['shoal data ls', 'names, shards held here, sizes, CIDs'],
    ['shoal data ls --json', 'the same for programs'],
  ]);
  command.action(async (options: PeerCommandOptions) => {
    const datasets = await (await context.peer(options)).datasets();
    if (options.json === true) context.out.line(JSON.stringify({ datasets }));
    else context.out.lines(describeDatasets(datasets, context.out));
  });
}

export function describeDatasets(datasets: readonly DatasetView[], { style }: Pick<Screen, 'style'>): string[] {
  if (datasets.length === 0) return ['No datasets here. Add one: shoal data add PATH'];
  return table(
    datasets,
    [
      { title: 'NAME', value: (dataset) => printableLine(dataset.name) },
      { title: 'SHARDS', value: ({ here, shards }) => (here === shards ? String(shards) : `${here} of ${shards}`), align: 'right' },
      { title: 'HERE', value: (dataset) => humanBytes(dataset.bytesHere), align: 'right' },
      { title: 'WHOLE', value: (dataset) => humanBytes(dataset.bytes), align: 'right' },
      { title: 'CID', value: (dataset) => dataset.cid },
    ],
    { style },
  );
}
