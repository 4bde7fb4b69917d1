import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobView } from '@shoal/peer';
import { programPath } from '@shoal/workloads';
import type { Lab } from '../net/lab.ts';
import type { LabPeer } from './peer.ts';
import { until } from './until.ts';

/** Shards of made-up flights, as the demo's are of real ones, with the totals that must come out. */
export interface Flights {
  folder: string;
  shards: string[];
  flights: number;
  distance: number;
}

const airports = ['AMS', 'BER', 'CDG', 'DUB', 'EDI', 'FRA', 'GVA', 'HEL'];
/** Longer than this no job of the lab takes when nothing holds it up. */
const patienceMs = 100_000;
const daysInMonth = 28;

export async function makeFlights(lab: Lab, shards: number, rowsEach: number): Promise<Flights> {
  const folder = join(lab.folder, 'flights');
  await mkdir(folder, { recursive: true });
  const made: Flights = { folder, shards: [], flights: shards * rowsEach, distance: 0 };
  for (let shard = 0; shard < shards; shard += 1) {
    const lines = ['date,delay,distance,origin,destination'];
    for (let row = 0; row < rowsEach; row += 1) {
      const place = shard * rowsEach + row;
      const distance = 100 + ((place * 7_919) % 3_000);
      made.distance += distance;
      const day = String(1 + (place % daysInMonth)).padStart(2, '0');
      lines.push(`2001-03-${day},${(place % 120) - 20},${distance},${airports[place % 8]},${airports[(place + 3) % 8]}`);
    }
    const name = `part-${String(shard).padStart(3, '0')}.csv`;
    await writeFile(join(folder, name), `${lines.join('\n')}\n`);
    made.shards.push(name);
  }
  return made;
}

export async function holdFlights(flights: Flights, holder: LabPeer, only?: string[]): Promise<string> {
  const { cid } = await holder.client.addData({ path: flights.folder, name: 'flights', ...(only === undefined ? {} : { only }) });
  return cid;
}

/** The requester has heard that the dataset is held by so many others. */
export async function heardOf(requester: LabPeer, dataset: string, holders: number, withinMs = 30_000): Promise<void> {
  await until(`${requester.name} to hear of the dataset`, withinMs, async () => {
    const peers = await requester.client.peers();
    return peers.filter((peer) => peer.datasets.some(({ cid, here }) => cid === dataset && here > 0)).length >= holders;
  });
}

export async function postFlights(requester: LabPeer, dataset: string, options: { quorum?: number; move?: 'never' | 'allowed' } = {}): Promise<string> {
  const { job } = await requester.client.submit({ program: programPath('flights'), name: 'flights', on: dataset, quorum: 1, ...options });
  return job.id;
}

/** Waits for the job and checks its totals; resolves with the seconds since this was called. */
export async function checkFlights(requester: LabPeer, job: string, flights: Flights, signal: AbortSignal): Promise<number> {
  const begin = performance.now();
  let seen: JobView | undefined;
  const late = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  try {
    for await (const view of requester.client.watch(job, { signal: late })) seen = view;
  } catch (error) {
    if (!late.aborted) throw error;
    const { units } = await requester.client.job(job);
    const open = units.filter(({ state }) => state !== 'accepted').slice(0, 3);
    throw new Error(`the job stands still after ${patienceMs / 1_000} s: ${JSON.stringify({ accepted: seen?.accepted, units: seen?.units, workers: seen?.workers, open })}`, { cause: error });
  }
  for (const view of seen === undefined ? [] : [seen]) {
    if (view.state === 'failed' || view.state === 'cancelled') {
      const { units } = await requester.client.job(job);
      throw new Error(`the job is ${view.state}: ${JSON.stringify(units.find(({ reason }) => reason !== undefined)?.reason)}`);
    }
  }
  const sums = { flights: 0, distance: 0, units: 0 };
  for await (const { stdout } of requester.client.results(job, { signal })) {
    sums.units += 1;
    for (const line of Buffer.from(stdout, 'base64').toString().trim().split('\n').slice(1)) {
      const [origin, count, , distance] = line.split(',');
      if (origin === 'malformed') continue;
      sums.flights += Number(count);
      sums.distance += Number(distance);
    }
  }
  if (sums.units !== flights.shards.length || sums.flights !== flights.flights || sums.distance !== flights.distance) {
    throw new Error(`wrong totals: ${JSON.stringify(sums)}, expected ${flights.flights} flights over ${flights.distance} miles in ${flights.shards.length} units`);
  }
  return (performance.now() - begin) / 1_000;
}
