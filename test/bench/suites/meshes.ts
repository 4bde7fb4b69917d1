import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import type { RemotePeer } from '../peers/remote-peer.ts';
import { quantile } from '../report/summary.ts';
import type { BenchContext, Suite } from '../suite.ts';

const goal = 1.3;
const peersPerProcess = 10;
/** Workers of the larger meshes; the others only take part. Sixty sandboxes on two cores would measure how they start. */
const mostWorkers = 9;
const rounds = 30;
/** Jobs that bring the program to the workers, at most: each has units for every worker several times. */
const warmJobs = 6;
const warmUnitsPerWorker = 6;

/** Whether a mesh answers as soon when it is larger. */
export const meshes: Suite = {
  name: 'meshes',
  title: 'a new job of one unit, post to result, in meshes of 3, 20 and 60 peers, several in a process; 2, 9 and 9 are workers, which have run the program',
  async run(context) {
    const [smallest = 0, ...larger] = context.quick ? [3, 5] : [3, 20, 60];
    const least = await newJobMs(context, smallest);
    context.report({ name: `meshes.new-job-${smallest}`, unit: 'ms', value: least });
    for (const peers of larger) {
      const value = await newJobMs(context, peers);
      context.report({ name: `meshes.new-job-${peers}`, unit: 'ms', value, beside: { what: `${smallest} peers`, value: least }, goal });
    }
  },
};

async function newJobMs(context: BenchContext, peers: number): Promise<number> {
  const requester = await context.startPeer(`mesh-${peers}-requester`, { slots: 0 });
  const workers = Math.min(mostWorkers, peers - 1);
  const others = await startOthers(context, requester, slotsOf(peers - 1, workers));
  await requester.ask('findPeers', peers - 1);
  await warm(requester, workers);
  const times: number[] = [];
  for (let round = 0; round < (context.quick ? 3 : rounds); round += 1) {
    times.push(...(await requester.ask('timeResults', { program: programPath('noop'), quorum: 1 })));
  }
  await Promise.all([requester, ...others].map((each) => each.stop()));
  return quantile(times, 0.5);
}

/** Of each peer beside the requester; workers are spread over them, so over processes. */
function slotsOf(peers: number, workers: number): number[] {
  return Array.from({ length: peers }, (_, i) => (Math.floor(((i + 1) * workers) / peers) > Math.floor((i * workers) / peers) ? 1 : 0));
}

async function startOthers({ dir, startPeer }: BenchContext, requester: RemotePeer, slots: number[]): Promise<RemotePeer[]> {
  const perProcess = Math.min(peersPerProcess, Math.ceil(slots.length / 2));
  const groups = Array.from({ length: Math.ceil(slots.length / perProcess) }, (_, i) => slots.slice(i * perProcess, (i + 1) * perProcess));
  return Promise.all(groups.map(async ([first = 0, ...more], i) => {
    const name = `${requester.name}-others-${i}`;
    const process = await startPeer(name, { slots: first, bootstrap: requester.addresses });
    await process.ask('startCompany', more.map((each, j) => ({ slots: each, bootstrap: requester.addresses, dataDir: join(dir, `${name}-${j}`) })));
    return process;
  }));
}

/** Until every worker had a result accepted: each holds the program, compiled. */
async function warm(requester: RemotePeer, workers: number): Promise<void> {
  const warmed = new Set<string>();
  for (let job = 0; job < warmJobs && warmed.size < workers; job += 1) {
    const results = await requester.ask('results', { program: programPath('noop'), count: workers * warmUnitsPerWorker, quorum: 1, window: 1 });
    for (const result of results) for (const worker of result.workers) warmed.add(worker);
  }
  if (warmed.size < workers) throw new Error(`Only ${warmed.size} of ${workers} workers ran a unit of ${warmJobs} jobs`);
}
