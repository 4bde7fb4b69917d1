import type { Cid, Crypto } from '@shoal/runtime';
import { bitmapOf } from '@shoal/engine';
import { documentCid, type Holding, type JobSpec } from '@shoal/protocol';
import type { SimJob } from '../scenario/scenario.ts';
import { hashText } from './random.ts';

const shardBytes = 1_000_000;
const contentOf = (name: string, crypto: Crypto): Cid => documentCid(new TextEncoder().encode(name), crypto);

export function nameOfJob(number: number): string {
  return `simulated ${number}`;
}

/** The one that all jobs run. */
export function programOf(crypto: Crypto): Cid {
  return contentOf('program', crypto);
}

/** The spec of a job of the scenario. */
export function specOf(job: SimJob, number: number, crypto: Crypto): JobSpec {
  return {
    name: nameOfJob(number),
    program: { cid: programOf(crypto), engine: 'wasm', bytes: 100_000 },
    args: [],
    env: {},
    units: job.holders === 0 ? { kind: 'count', count: job.units } : shardsOf(number, job.units, crypto),
    resources: { memoryBytes: 1 << 20, wallMs: 3_600_000, outputBytes: 1 << 20, logBytes: 1_024 },
    where: job.where,
    verify: job.adaptive ? { quorum: job.quorum, adaptive: true } : { quorum: job.quorum },
    retries: job.retries,
    priority: 0,
    ...(job.stewards === undefined ? {} : { stewards: job.stewards }),
    ...(job.keepers === undefined ? {} : { keepers: job.keepers }),
  };
}

function shardsOf(number: number, units: number, crypto: Crypto): JobSpec['units'] {
  const shards = Array.from({ length: units }, (_, unit) => ({ name: `part-${unit}`, cid: contentOf(`shard ${number}/${unit}`, crypto), bytes: shardBytes }));
  return { kind: 'shards', dataset: datasetOf(number, crypto), shards, move: 'never' };
}

function datasetOf(number: number, crypto: Crypto): Cid {
  return contentOf(`dataset ${number}`, crypto);
}

/** What a peer holds of a job's dataset. */
export function holdingOf(number: number, job: SimJob, holds: (unit: number) => boolean, crypto: Crypto): Holding {
  return { cid: datasetOf(number, crypto), name: `data ${number}`, shards: job.units, held: bitmapOf(job.units, holds) };
}

/** Cost of a unit: the same for everybody, between half and one and a half of the job's mean. */
export function fuelOf(number: number, unit: number, job: SimJob): number {
  return Math.round(job.fuel * (0.5 + hashText(`${number}/${unit}`) / 4_294_967_296));
}
