import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import { fillArchive } from '../daemon/archive.ts';
import { Daemon, timeCommand } from '../daemon/shoal.ts';
import { medianOf } from '../report/summary.ts';
import type { BenchContext, Suite } from '../suite.ts';

const goal = 1.5;
/** Units of the model job: some fifty facts. */
const units = '22';

/** What a peer with a long past costs beside one with a single job. */
export const archive: Suite = {
  name: 'archive',
  title: '100,000 finished jobs, 5 million facts: start, job ls and one more job, beside a peer with one job',
  async run(context) {
    const { quick, dir, report } = context;
    const young = join(dir, 'young');
    const old = join(dir, 'old');
    const first = await Daemon.start(young);
    await runJob(young, units);
    await first.stop();
    await cp(young, old, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    const { records, facts } = fillArchive(old, quick ? 20 : 100_000);
    report({ name: 'archive.records', unit: 'records', value: records });
    report({ name: 'archive.facts', unit: 'facts', value: facts });
    const times = { young: emptyTimes(), old: emptyTimes() };
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      await measure(context, young, times.young);
      await measure(context, old, times.old);
    }
    for (const what of ['start', 'list', 'job'] as const) {
      const beside = { what: 'a young one', value: medianOf(times.young[what]).value };
      report({ name: `archive.${what}`, unit: 'ms', ...medianOf(times.old[what]), beside, goal });
    }
  },
};

interface Times {
  start: number[];
  list: number[];
  job: number[];
}

function emptyTimes(): Times {
  return { start: [], list: [], job: [] };
}

async function measure({ quick }: BenchContext, dataDir: string, times: Times): Promise<void> {
  const daemon = await Daemon.start(dataDir);
  times.start.push(daemon.startMs);
  await runJob(dataDir, '1'); // the first one starts a sandbox
  for (let i = 0; i < (quick ? 1 : 3); i += 1) {
    times.list.push((await timeCommand('job', 'ls', '--data-dir', dataDir)).ms);
    times.job.push(await runJob(dataDir, '1'));
  }
  await daemon.stop();
}

async function runJob(dataDir: string, count: string): Promise<number> {
  return (await timeCommand('run', programPath('noop'), '--count', count, '--quorum', '1', '--data-dir', dataDir)).ms;
}
