import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cutFlights, locateFlights, programPath } from '@shoal/workloads';
import { runProgram } from '../../../packages/workloads/src/testing/run-program.ts';
import { startMesh, type Mesh } from '../peers/mesh.ts';
import { medianOf } from '../report/summary.ts';
import { timeDuckDb } from '../rivals/duckdb.ts';
import { NotInstalled } from '../rivals/rival.ts';
import type { Suite } from '../suite.ts';

const goal = 1.25;
const workers = 2;

/** What the mesh costs over running the program: three million flights, on two workers and in one process. */
export const flights: Suite = {
  name: 'flights',
  title: 'the demo’s job on 3,000,000 flights, warm, beside the same program in one process without walls; per core used',
  async run(context) {
    const { quick, dir, report } = context;
    const shards = join(dir, 'shards');
    await cutFlights({ parquetPath: locateFlights(), outDir: shards });
    const mesh = await startMesh(context, 'flights', { workers, slots: 1 });
    const dataset = await holdEverywhere(mesh, shards);
    const job = (): Promise<number> => mesh.requester.ask('timeJob', { program: programPath('flights'), on: dataset, quorum: 1, move: 'never' });
    await job();
    await inOneProcess(shards);
    const times = { mesh: [] as number[], direct: [] as number[], duckDb: [] as number[] };
    const work = { all: [] as number[], sandboxes: [] as number[], direct: [] as number[] };
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      const before = await workOf(mesh);
      times.mesh.push((await job()) * workers);
      const after = await workOf(mesh);
      work.all.push(after.all - before.all);
      work.sandboxes.push(after.sandboxes - before.sandboxes);
      const ownBefore = process.cpuUsage();
      times.direct.push(await inOneProcess(shards));
      const own = process.cpuUsage(ownBefore);
      work.direct.push((own.user + own.system) / 1_000);
      const duckDb = await duckDbTime(shards);
      if (duckDb !== undefined) times.duckDb.push(duckDb);
    }
    await mesh.stop();
    const beside = { what: 'one process', value: medianOf(times.direct).value };
    report({ name: 'flights.core-time', unit: 'ms', ...medianOf(times.mesh), beside, goal });
    if (process.platform === 'linux') {
      const workBeside = { what: 'one process', value: medianOf(work.direct).value };
      report({ name: 'flights.work', unit: 'ms', ...medianOf(work.all), beside: workBeside });
      report({ name: 'flights.work-in-sandboxes', unit: 'ms', ...medianOf(work.sandboxes), beside: workBeside });
    }
    if (times.duckDb.length > 0) report({ name: 'flights.beside-duckdb', unit: 'ms', value: medianOf(times.mesh).value, beside: { what: 'DuckDB, one thread', value: medianOf(times.duckDb).value } });
  },
};

/** Each worker holds all shards, and the requester knows it. */
async function holdEverywhere({ requester, workers: all }: Mesh, shards: string): Promise<string> {
  const added = await Promise.all(all.map((worker) => worker.ask('addData', shards)));
  const [{ cid = '' } = {}] = added;
  await requester.ask('findDataset', cid);
  return cid;
}

/** Processor time so far of the mesh, and of its sandboxes alone: what others do on the machine is not in it. Zero but on Linux. */
async function workOf({ requester, workers: all }: Mesh): Promise<{ all: number; sandboxes: number }> {
  if (process.platform !== 'linux') return { all: 0, sandboxes: 0 };
  const each = await Promise.all([requester, ...all].map(async (peer) => ({ family: await peer.processorMs(), own: await peer.ask('cpuMs') })));
  const sum = each.reduce((total, { family }) => total + family, 0);
  return { all: sum, sandboxes: sum - each.reduce((total, { own }) => total + own, 0) };
}

/** The program over every shard, one after the other, under Node's own WASI. */
async function inOneProcess(folder: string): Promise<number> {
  const parts = await readdir(folder);
  const startedAt = performance.now();
  for (const part of parts.toSorted()) {
    const { exitCode } = await runProgram('flights', { inputDir: folder, args: [`/in/${part}`] });
    if (exitCode !== 0) throw new Error(`The flights program failed on ${part}: ${exitCode}`);
  }
  return performance.now() - startedAt;
}

async function duckDbTime(folder: string): Promise<number | undefined> {
  try {
    return await timeDuckDb(folder);
  } catch (error) {
    if (error instanceof NotInstalled) return undefined; // for orientation only
    throw error;
  }
}
