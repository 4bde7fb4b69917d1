import type { JobView, UnitView } from '@shoal/peer';
import { dataDirOption } from '../client/not-running.ts';
import { NodeError } from '../errors.ts';
import { humanBytes, humanDuration } from '../output/quantities.ts';
import { plural } from '../output/text.ts';
import { countedReasons, reasonText } from './describe.ts';

/** As much of an id's end as two jobs of one peer hardly share. */
const idLength = 10;

/** How a job went, in a line. */
export function summaryOf(job: JobView): string {
  const peers = job.workers.filter((worker) => worker.committed > 0).length;
  const parts = [
    `${job.accepted} of ${plural(job.units, 'unit')} accepted`,
    `${plural(job.executions, 'run')} by ${plural(peers, 'peer')}`,
    ...(job.bytesProcessed > 0 ? [`${humanBytes(job.bytesProcessed)} processed where they lay`] : []),
    ...(job.finishedAt === undefined ? [] : [humanDuration(job.finishedAt - job.createdAt)]),
  ];
  return parts.join(', ');
}

/** Fails with `job-incomplete` unless the job is done, saying why it is not. */
export function assertDone(job: JobView, units: readonly UnitView[], dataDir: string): void {
  if (job.state === 'done') return;
  const reasons = units.flatMap((unit) => (unit.reason === undefined ? [] : [unit.reason]));
  const failures = units.flatMap((unit) => unit.failures.map((failure) => failure.reason));
  const why = countedReasons(reasons.length > 0 ? reasons : failures);
  const rest = `${job.id.slice(-idLength)}${dataDirOption(dataDir)}`;
  const whole = job.reason === undefined ? [] : [reasonText(job.reason)];
  const own = whole.length > 0 || why.length > 0 ? [...whole, ...why] : job.waiting.map(reasonText);
  const end = job.state === 'failed' ? 'given up' : job.state;
  throw new NodeError('job-incomplete', [`The job was ${end}: ${summaryOf(job)}`, ...own].join('\n  '), {
    hint: `Each unit's reason:     shoal job show ${rest}\nWhat the program said:  shoal job logs ${rest}`,
  });
}

/** How to come back to a job that goes on. */
export function comeBack(id: string, dataDir: string): string {
  const rest = `${id.slice(-idLength)}${dataDirOption(dataDir)}`;
  return [`See how it is:    shoal job show ${rest}`, `Get its results:  shoal job results ${rest}`, `Call it off:      shoal job cancel ${rest}`].join('\n');
}
