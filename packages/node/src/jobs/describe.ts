import type { JobState, JobView, StewardshipView, UnitView, WorkerView } from '@shoal/peer';
import type { Reason } from '@shoal/protocol';
import { gauge } from '../output/bar.ts';
import { humanBytes, humanCount, humanDuration } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import type { Style } from '../output/style.ts';
import { pairs, table } from '../output/table.ts';
import { plural, printableLine, shortId } from '../output/text.ts';

const gaugeWidth = 30;
const maxReasonsShown = 5;
const maxPartialsShown = 20;

export function paintState(state: JobState, style: Style): string {
  const paint = { open: style.yellow, done: style.green, failed: style.red, cancelled: style.red }[state];
  return paint(state);
}

export function elapsedOf({ createdAt, finishedAt }: Pick<JobView, 'createdAt' | 'finishedAt'>, now: number): string {
  return humanDuration(Math.max(0, (finishedAt ?? now) - createdAt));
}

export function reasonText({ code, text }: Reason): string {
  return printableLine(text === '' ? code : `${text} (${code})`);
}

/** The same reason of many peers is said once, with its count. */
export function countedReasons(reasons: readonly Reason[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reasonText(reason), (counts.get(reasonText(reason)) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, maxReasonsShown).map(([text, count]) => (count === 1 ? text : `${text} ×${count}`));
  return sorted.length > shown.length ? [...shown, `and ${plural(sorted.length - shown.length, 'other reason')}`] : shown;
}

function workersText({ workers, bids, state }: JobView): string {
  const count = (state: WorkerView['state']): number => workers.filter((worker) => worker.state === state).length;
  const useful = workers.filter((worker) => worker.committed > 0).length;
  const parts = [`${plural(workers.length, 'peer')} asked`, plural(bids, 'bid'), state === 'open' ? `${count('leased')} at work` : `${useful} did the work`];
  if (count('lost') > 0) parts.push(`${count('lost')} lost`);
  if (count('declined') > 0) parts.push(`${count('declined')} declined`);
  return parts.join(', ');
}

/** A snapshot may be too large in one unit and not in another, or too large to travel only. */
function reachOf({ code }: Reason): string {
  return code === 'checkpoint-too-large' || code === 'checkpoints-full' ? 'some of its units begin anew' : 'its units begin anew';
}

/** The state of a job in a few lines, for a block that is redrawn and for `job show`. */
export function describeJob(job: JobView, { style }: Pick<Screen, 'style'>, now: number): string[] {
  const rows: [string, string][] = [
    ['units', `${style.green(gauge(job.accepted, job.units, gaugeWidth))} ${humanCount(job.accepted)} of ${humanCount(job.units)} accepted${tail(job, style)}`],
    ['replicas', `${humanCount(job.executions)} committed; ${job.quorum === 1 ? 'one a unit is enough' : `${job.quorum} peers must agree on each unit${job.determinismClass === undefined ? '' : `, all of class ${job.determinismClass}`}`}`],
    ['workers', workersText(job)],
  ];
  if (job.unmovable !== undefined) rows.push(['not saved', `${reachOf(job.unmovable)} when they are interrupted: ${reasonText(job.unmovable)}`]);
  if (job.sealed === true) rows.push(['sealed', 'this peer and its workers alone can read the results']);
  if (job.stewardship !== undefined) rows.push(...describeStewardship(job.stewardship, job.state));
  if (job.bytesProcessed > 0) rows.push(['input', `${humanBytes(job.bytesProcessed)} processed where it lay`]);
  if (job.reason !== undefined) rows.push(['why', style.red(reasonText(job.reason))]);
  if (job.state === 'open') for (const [index, text] of countedReasons(job.waiting).entries()) rows.push([index === 0 ? 'waits' : '', style.yellow(text)]);
  const title = `${style.bold(`job ${shortId(job.id)}`)} ${printableLine(job.name)}: ${paintState(job.state, style)}, ${elapsedOf(job, now)}`;
  return [title, ...pairs(rows, style)];
}

/** Who has the job in hand besides its requester. */
function describeStewardship({ asked, stewards, keepers, acted, reasons }: StewardshipView, state: JobState): [string, string][] {
  const names = (peers: readonly { peer: string; there: boolean }[]): string => peers.map(({ peer, there }) => `${shortId(peer)}${there ? '' : ' (silent)'}`).join(', ');
  const why = reasons.length === 0 ? '' : `: ${countedReasons(reasons).join('; ')}`;
  const missing = stewards.length < asked.stewards || keepers.length < asked.keepers ? why : '';
  const acting = acted.length === 0 ? '' : `${acted.map((peer) => shortId(peer)).join(', ')} acted while its requester was away`;
  if (state !== 'open') return acting === '' ? [] : [['stewards', acting]];
  const rows: [string, string][] = [];
  if (asked.stewards > 0) rows.push(['stewards', `${stewards.length} of ${asked.stewards}${stewards.length === 0 ? '' : `: ${names(stewards)}`}${acting === '' ? '' : `; ${acting}`}`]);
  if (asked.keepers > 0) rows.push(['keepers', `${keepers.length} of ${asked.keepers}${keepers.length === 0 ? '' : `: ${names(keepers)}`}`]);
  if (missing !== '') rows.push(['', `fewer than asked for${missing}`]);
  return rows;
}

function tail(job: JobView, style: Style): string {
  const parts = [
    job.running > 0 ? `, ${humanCount(job.running)} running` : '',
    job.fraction === undefined ? '' : `, ${Math.floor(job.fraction * 100)} % of the work`,
    job.abandoned > 0 ? style.red(`, ${humanCount(job.abandoned)} given up`) : '',
    job.failures > 0 ? `, ${plural(job.failures, 'run')} failed` : '',
  ];
  return parts.join('');
}

/** One line, for where no block can be redrawn. */
export function describeBriefly(job: JobView, now: number): string {
  const waits = job.running === 0 && job.state === 'open' ? countedReasons(job.waiting).slice(0, 1).map((text) => `, waits: ${text}`) : [];
  const done = `${job.accepted} of ${job.units} units accepted${tail(job, plain)}`;
  return `job ${shortId(job.id)}: ${done}, ${plural(job.executions, 'replica')}, ${plural(job.bids, 'bid')}, ${elapsedOf(job, now)}${waits.join('')}`;
}

const plain = { red: (text: string) => text } as Style;

export function describeWorkers(workers: readonly WorkerView[], { style }: Pick<Screen, 'style'>): string[] {
  return table(
    workers,
    [
      { title: 'WORKER', value: (worker) => worker.peer },
      { title: 'STATE', value: (worker) => worker.state },
      { title: 'RUNS', value: (worker) => String(worker.running.length), align: 'right' },
      { title: 'COMMITTED', value: (worker) => String(worker.committed), align: 'right' },
      { title: 'ACCEPTED', value: (worker) => String(worker.accepted), align: 'right' },
      { title: 'FAILED', value: (worker) => String(worker.failed), align: 'right' },
      { title: 'WHY', value: (worker) => countedReasons(worker.reasons).join('; ') },
    ],
    { style, indent: 2 },
  );
}

export function describeUnits(units: readonly UnitView[], { style }: Pick<Screen, 'style'>): string[] {
  return table(
    units,
    [
      { title: 'UNIT', value: (unit) => String(unit.unit), align: 'right' },
      { title: 'SHARD', value: (unit) => printableLine(unit.shard ?? '-') },
      { title: 'STATE', value: (unit) => unit.state },
      { title: 'PEERS', value: (unit) => peersOf(unit).map((peer) => shortId(peer)).join(' ') },
      { title: 'WHY', value: (unit) => whyOf(unit) },
    ],
    { style, indent: 2 },
  );
}

/** What units at work have found so far. */
export function describePartials(units: readonly UnitView[], { style }: Pick<Screen, 'style'>): string[] {
  const found = units.flatMap(({ unit, partial }) => (partial === undefined ? [] : [{ unit, ...partial }]));
  if (found.length === 0) return [];
  const shown = found.slice(0, maxPartialsShown).map(({ unit, peer, text }) => `  unit ${unit}, by ${shortId(peer)}: ${printableLine(text)}`);
  const more = found.length > shown.length ? [style.dim(`  and ${found.length - shown.length} more: --json has all`)] : [];
  return ['', style.dim('  found so far, as the programs say while they run; nobody has verified it:'), ...shown, ...more];
}

function peersOf(unit: UnitView): string[] {
  return unit.state === 'accepted' ? unit.workers : [...new Set([...unit.committed, ...unit.running])];
}

function whyOf(unit: UnitView): string {
  const own = unit.reason === undefined ? [] : [reasonText(unit.reason)];
  const { progress } = unit;
  const far = progress === undefined ? [] : [printableLine(`${Math.floor(progress.fraction * 100)} % ${progress.text}`.trim())];
  return [...far, ...own, ...countedReasons(unit.failures.map((failure) => failure.reason))].join('; ');
}
