import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetView } from '@shoal/peer';
import { cutFlights, locateFlights } from '@shoal/workloads';
import { NodeError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { humanBytes, humanCount, humanDuration } from '../../output/quantities.ts';
import { describeExit, startChild } from '../../supervise/child.ts';
import type { DemoPeer } from '../peer.ts';
import { selfCommand } from '../self.ts';
import type { Session } from '../session.ts';
import { requesterNumber, workerNumbers } from './join.ts';

const datasetName = 'flights';

/** Cuts the flights into one CSV file a row group. */
export async function cutShards(session: Session): Promise<void> {
  const { clock, state, signal } = session;
  await session.stage('cut', 'reading the flights', async (say) => {
    await assertRoom(session.folder);
    const begin = clock.monotonic();
    state.shards = await cutFlights({
      parquetPath: locateFlights(),
      outDir: join(session.folder, datasetName),
      signal,
      onProgress: ({ parts, partsDone, rowsDone }) => say(`${partsDone} of ${parts} shards, ${humanCount(rowsDone)} flights`),
    });
    const rows = state.shards.reduce((sum, shard) => sum + shard.rows, 0);
    const took = humanDuration(clock.monotonic() - begin);
    return `${humanCount(rows)} flights of 2001 in ${state.shards.length} shards, ${humanBytes(bytesOf(state.shards))} of CSV (${took})`;
  });
}

function bytesOf(shards: readonly { bytes: number }[]): number {
  return shards.reduce((sum, shard) => sum + shard.bytes, 0);
}

async function assertRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= limits.demoRoomBytes) return;
  const text = `Cannot run the demo in ${folder}: ${humanBytes(bavail * bsize)} are free there, expected ${humanBytes(limits.demoRoomBytes)}`;
  throw new NodeError('demo-no-room', text, {
    hint: 'Free some room, or set TMPDIR to a folder that has it.',
  });
}

/** Puts each shard on two workers, by `shoal data add`, and waits until the requester has heard of it. */
export async function placeShards(session: Session): Promise<void> {
  const { clock, state } = session;
  await session.stage('place', 'shoal data add, on three peers', async (say) => {
    const begin = clock.monotonic();
    const folder = join(session.folder, datasetName);
    const added = await Promise.all(
      workerNumbers.map(async (number, place) => {
        const shards = state.shards.filter((_, index) => holdersOf(index).includes(place));
        const dataset = await addData(session, session.peer(number), folder, shards.map((shard) => shard.name));
        state.placed.set(number, { shards: dataset.here, bytes: dataset.bytesHere });
        return dataset;
      }),
    );
    const [{ cid } = { cid: undefined }] = added;
    if (cid === undefined || added.some((dataset) => dataset.cid !== cid)) {
      throw new NodeError('demo-wrong', `The peers disagree on the dataset's CID: ${added.map((dataset) => dataset.cid).join(', ')}`);
    }
    state.dataset = cid;
    say('peers telling each other which shards they hold');
    const requester = session.peer(requesterNumber);
    await session.until('the requester to hear who holds which shards', async () => {
      const peers = (await requester.client?.peers()) ?? [];
      const holders = peers.filter((peer) => peer.datasets.some((dataset) => dataset.cid === cid && dataset.here > 0));
      return holders.length >= workerNumbers.length ? true : undefined;
    });
    return `each shard on two of the peers ${workerNumbers.join(', ')}, by \`shoal data add\` (${humanDuration(clock.monotonic() - begin)})`;
  });
}

/** Places, among the workers, of the two that hold a shard: round robin over the pairs. */
export function holdersOf(shard: number): number[] {
  return [shard % workerNumbers.length, (shard + 1) % workerNumbers.length];
}

/** The command that a person would type. */
async function addData(session: Session, peer: DemoPeer, folder: string, only: readonly string[]): Promise<DatasetView> {
  const name = `shoal data add for peer ${peer.number}`;
  const lines: string[] = [];
  const args = ['data', 'add', folder, '--name', datasetName, '--only', only.join(','), '--data-dir', peer.dataDir, '--json'];
  const child = await startChild({ name, ...selfCommand(args), onLine: (line) => lines.push(line) });
  const stop = (): void => child.kill('SIGTERM');
  session.signal.addEventListener('abort', stop, { once: true });
  const exit = await child.exited;
  session.signal.removeEventListener('abort', stop);
  session.signal.throwIfAborted();
  if (exit.code !== 0) throw new NodeError('child-failed', `Cannot go on with the demo: ${name} failed: ${describeExit(exit)} ${lines.join(' ')}`);
  return JSON.parse(lines.join('')) as DatasetView;
}
