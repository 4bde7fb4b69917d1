import { systemCrypto } from '@shoal/runtime';
import { documentCid, type JobSpec, type Shard } from '@shoal/protocol';
import type { Holding } from '@shoal/protocol';
import { bitmapOf } from '../bitmap.ts';

const cidOf = (text: string) => documentCid(new TextEncoder().encode(text), systemCrypto);

/** A job of counted units. */
export function countedSpec(count: number, quorum = 2, more: Partial<JobSpec> = {}): JobSpec {
  return {
    name: 'test',
    program: { cid: cidOf('program'), engine: 'wasm', bytes: 100 },
    args: [],
    env: {},
    units: { kind: 'count', count },
    resources: { memoryBytes: 1 << 20, wallMs: 10_000, outputBytes: 1 << 20, logBytes: 1_024 },
    where: '',
    verify: { quorum },
    retries: 2,
    priority: 0,
    ...more,
  };
}

export const dataset = cidOf('dataset');

/** A job of one unit a shard. */
export function shardSpec(shards: number, move: 'allowed' | 'never', quorum = 2): JobSpec {
  const list: Shard[] = Array.from({ length: shards }, (_, i) => ({ name: `part-${i}`, cid: cidOf(`shard ${i}`), bytes: 1_000 }));
  return { ...countedSpec(1, quorum), units: { kind: 'shards', dataset, shards: list, move } };
}

/** A peer's holding of some shards of the dataset. */
export function holding(shards: number, held: (index: number) => boolean): Holding {
  return { cid: dataset, name: 'dataset', shards, held: bitmapOf(shards, held) };
}
