import { randomFillSync } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { benchStream } from '../../../packages/network/bench/stream.ts';
import { medianOf } from '../report/summary.ts';
import { startCurl, startScp, type Copier } from '../rivals/copiers.ts';
import { NotInstalled } from '../rivals/rival.ts';
import type { Suite } from '../suite.ts';

const mebibyte = 1_048_576;
/** Of a bare libp2p stream with noise, which neither hashes nor stores. */
const blobGoal = 0.8;

/** A blob from one peer's disk to another's, every block verified, in turns with streams that only carry bytes, and with what people copy files by. */
export const replication: Suite = {
  name: 'replication',
  title: '256 MiB between two processes: a blob from a store to a file, `scp`, `curl`, a stream of ours, a bare libp2p stream, a bare TCP socket, in turns',
  async run({ quick, dir, startPeer, report }) {
    const bytes = (quick ? 4 : 256) * mebibyte;
    const copiers = await startCopiers(dir);
    const rates = new Map<string, number[]>();
    const add = (name: string, rate: number): void => void rates.set(name, [...(rates.get(name) ?? []), rate]);
    const peaks = { holder: 0, fetcher: 0 };
    try {
      const holder = await startPeer('holder', { slots: 0 });
      for (let round = 0; round < (quick ? 1 : 3); round += 1) {
        const path = join(dir, 'blob');
        const copy = join(dir, 'copy');
        await writeRandom(path, bytes);
        const { cid } = await holder.ask('addData', path);
        const fetcher = await startPeer(`fetcher-${round}`, { slots: 0, bootstrap: holder.addresses });
        await fetcher.ask('findDataset', cid);
        const got = await fetcher.ask('timeGetData', cid, copy);
        if (got.bytes !== bytes) throw new Error(`Only ${got.bytes} of ${bytes} bytes came`);
        add('blob', got.bytes / 1e3 / got.ms);
        peaks.fetcher = Math.max(peaks.fetcher, await fetcher.ask('peakMB'));
        await fetcher.stop();
        await rm(join(dir, `fetcher-${round}`), { recursive: true });
        await rm(copy, { recursive: true });
        for (const copier of copiers) add(copier.name, await rateOf(copier, path, copy, bytes));
        const bare = await benchStream({ bytes, rounds: 1 });
        for (const [name, rate] of Object.entries(bare.megabytesPerSecond)) add(name, rate);
      }
      peaks.holder = await holder.ask('peakMB');
      await holder.stop();
    } finally {
      for (const copier of copiers) copier.stop();
    }
    const of = (name: string): ReturnType<typeof medianOf> => medianOf(rates.get(name) ?? []);
    const row = (name: string, what: string, beside: string, text: string, goal?: number): void =>
      report({ name: `replication.${name}`, unit: 'MB/s', ...of(what), beside: { what: text, value: of(beside).value }, goal });
    row('blob', 'blob', 'libp2p', 'bare libp2p stream', blobGoal);
    row('blob-by-tcp', 'blob', 'tcp', 'bare TCP socket, in the clear');
    for (const { name } of copiers) row(`blob-by-${name.split(' ')[0]}`, 'blob', name, name);
    row('stream', 'shoal', 'libp2p', 'bare libp2p stream');
    row('stream-by-tcp', 'shoal', 'tcp', 'bare TCP socket, in the clear');
    report({ name: 'replication.holder-peak', unit: 'MB', value: peaks.holder });
    report({ name: 'replication.fetcher-peak', unit: 'MB', value: peaks.fetcher });
  },
};

async function startCopiers(dir: string): Promise<Copier[]> {
  const started: Copier[] = [];
  for (const start of [startScp, startCurl]) {
    try {
      started.push(await start(dir));
    } catch (error) {
      if (!(error instanceof NotInstalled)) throw error;
      process.stderr.write(`Going on without one: there is no ${error.message}\n`);
    }
  }
  return started;
}

async function rateOf(copier: Copier, from: string, to: string, bytes: number): Promise<number> {
  const startedAt = performance.now();
  await copier.copy(from, to);
  const rate = bytes / 1e3 / (performance.now() - startedAt);
  await rm(to);
  return rate;
}

/** A piece at a time: processes that are started from here would begin with the memory that this one had. */
async function writeRandom(path: string, bytes: number): Promise<void> {
  const piece = new Uint8Array(4 * mebibyte);
  await using file = await open(path, 'w');
  for (let at = 0; at < bytes; at += piece.length) await file.write(randomFillSync(piece));
}
