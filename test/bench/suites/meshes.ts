import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import type { RemotePeer } from '../peers/remote-peer.ts';
import { quantile } from '../report/summary.ts';
import type { BenchContext, Suite } from '../suite.ts';

const goal = 1.3;
const peersPerProcess = 10;
const rounds = 30;
/** Jobs that bring the program to the workers, at most: each has units for every worker several times. */
const warmJobs = 6;
const warmUnitsPerWorker = 6;

/** Whether a mesh answers as soon when it is larger. */
export const meshes: Suite = {
  name: 'meshes',
  title: 'a new job of one unit, post to result, in meshes of 3, 20 and 60 peers; all but the requester are workers that have run the program',
  async run(context) {
    const [smallest = 0, ...larger] = context.quick ? [3, 6] : [3, 20, 60];
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
  const processes = await startWorkers(context, requester, peers - 1);
  await requester.ask('findWorkers', peers - 1);
  await warm(requester, peers - 1);
  const times: number[] = [];
  for (let round = 0; round < (context.quick ? 3 : rounds); round += 1) {
    times.push(...(await requester.ask('timeResults', { program: programPath('noop'), quorum: 1 })));
  }
  await Promise.all([requester, ...processes].map((each) => each.stop()));
  return quantile(times, 0.5);
}

/** Workers of a slot each, several in a process where there are many. */
async function startWorkers({ dir, startPeer }: BenchContext, requester: RemotePeer, workers: number): Promise<RemotePeer[]> {
  const perProcess = Math.min(peersPerProcess, Math.ceil(workers / 2));
  const processes: RemotePeer[] = [];
  for (let first = 0; first < workers; first += perProcess) {
    const options = { slots: 1, bootstrap: requester.addresses };
    const name = `${requester.name}-worker-${first}`;
    const process = await startPeer(name, options);
    const others = Array.from({ length: Math.min(perProcess, workers - first) - 1 }, (_, i) => ({ ...options, dataDir: join(dir, `${name}-${i + 1}`) }));
    await process.ask('startCompany', others);
    processes.push(process);
  }
  return processes;
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
