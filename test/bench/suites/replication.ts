import { randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchStream } from '../../../packages/network/bench/stream.ts';
import { medianOf } from '../report/summary.ts';
import type { Suite } from '../suite.ts';

const mebibyte = 1_048_576;

/** A blob from one peer's disk to another's, every block verified, beside streams that only carry bytes. */
export const replication: Suite = {
  name: 'replication',
  title: '256 MiB between two processes: a blob from store to store, a stream of ours, a bare libp2p stream, a bare TCP socket',
  async run({ quick, dir, startPeer, report }) {
    const bytes = (quick ? 4 : 256) * mebibyte;
    const rounds = quick ? 1 : 3;
    const holder = await startPeer('holder', { slots: 0 });
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const path = join(dir, `blob-${round}`);
      await writeFile(path, randomFillSync(new Uint8Array(bytes)));
      const { cid } = await holder.ask('addData', path);
      const fetcher = await startPeer(`fetcher-${round}`, { slots: 0, bootstrap: holder.addresses });
      await fetcher.ask('findDataset', cid);
      const got = await fetcher.ask('timeGetData', cid, join(dir, `copy-${round}`));
      if (got.bytes !== bytes) throw new Error(`Only ${got.bytes} of ${bytes} bytes came`);
      rates.push(got.bytes / 1e3 / got.ms);
      await fetcher.stop();
    }
    await holder.stop();
    const bare = await benchStream({ bytes, rounds });
    const { shoal, libp2p, tcp } = bare.megabytesPerSecond;
    const blob = { unit: 'MB/s', ...medianOf(rates) } as const;
    report({ name: 'replication.blob', ...blob, beside: { what: 'bare libp2p stream', value: libp2p } });
    report({ name: 'replication.blob-by-tcp', ...blob, beside: { what: 'bare TCP socket, in the clear', value: tcp } });
    report({ name: 'replication.stream', unit: 'MB/s', value: shoal, beside: { what: 'bare libp2p stream', value: libp2p } });
    report({ name: 'replication.stream-by-tcp', unit: 'MB/s', value: shoal, beside: { what: 'bare TCP socket, in the clear', value: tcp } });
  },
};
