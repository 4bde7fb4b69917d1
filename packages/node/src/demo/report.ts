import { bar } from '../output/bar.ts';
import { humanBytes, humanCount, humanDuration, humanShare } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import type { Style } from '../output/style.ts';
import { pairs, table } from '../output/table.ts';
import { padStart, plural } from '../output/text.ts';
import type { DemoOutcome } from './outcome.ts';
import type { DemoPeer } from './peer.ts';
import { requesterNumber } from './stages/join.ts';
import type { DemoState } from './state.ts';

const barWidth = 44;

/** What a person reads at the end. */
export function describeOutcome(outcome: DemoOutcome, state: DemoState, { style, width = 100 }: Pick<Screen, 'style' | 'width'>): string[] {
  return [
    '',
    style.bold('Ten busiest airports of origin, 2001'),
    ...drawOrigins(outcome, style, Math.min(barWidth, width - 24)),
    '',
    style.bold('In all'),
    ...pairs(
      [
        ['flights', `${humanCount(outcome.rows)}; ${humanCount(outcome.delayedHour)} (${humanShare(outcome.delayedHour, outcome.rows)}) an hour or more late`],
        ['delay', `${humanCount(outcome.delay)} minutes`],
        ['distance', `${humanCount(outcome.distance)} miles`],
        ['processed', `${humanBytes(outcome.bytesProcessed)}, where they lay`],
        ['moved', `${humanBytes(outcome.bytesMoved)} over all wires, ${humanShare(outcome.bytesMoved, outcome.bytesProcessed)} of that`],
        ['time', `${humanDuration(jobMs(state))} for the job, ${humanDuration(outcome.wallMs)} for everything`],
      ],
      style,
    ),
    '',
    style.bold('Who ran what'),
    ...drawWorkers(state, style),
    ...(state.kill === undefined ? [] : ['', style.bold('The one that was killed'), ...describeKill(state).map((line) => `  ${line}`)]),
    '',
  ];
}

function jobMs({ job }: DemoState): number {
  return job?.finishedAt === undefined ? 0 : job.finishedAt - job.createdAt;
}

function drawOrigins({ topOrigins }: DemoOutcome, style: Style, width: number): string[] {
  const most = topOrigins[0]?.flights ?? 0;
  const counts = topOrigins.map(({ flights }) => humanCount(flights));
  const countWidth = Math.max(0, ...counts.map((text) => text.length));
  return topOrigins.map(({ origin, flights }, index) => `  ${origin}  ${padStart(counts[index] ?? '', countWidth)}  ${style.cyan(bar(flights, most, width))}`);
}

function drawWorkers(state: DemoState, style: Style): string[] {
  return table(
    state.peers,
    [
      { title: 'PEER', value: (peer) => String(peer.number) },
      { title: 'PART', value: (peer) => partOf(peer, state) },
      { title: 'SHARDS', value: (peer) => String(state.placed.get(peer.number)?.shards ?? 0), align: 'right' },
      { title: 'RUNS', value: (peer) => String(workerOf(peer, state)?.committed ?? 0), align: 'right' },
      { title: 'ACCEPTED', value: (peer) => String(workerOf(peer, state)?.accepted ?? 0), align: 'right' },
      { title: 'UNITS', value: (peer) => unitsOf(peer, state) },
      { title: 'SENT', value: (peer) => humanBytes(peer.bytesSent), align: 'right' },
    ],
    { style, indent: 2 },
  );
}

function partOf(peer: DemoPeer, state: DemoState): string {
  if (peer.number === requesterNumber) return 'posted the job';
  if (state.kill?.peer === peer) return 'worker, killed and back';
  return state.placed.has(peer.number) ? 'worker' : 'introduced, then left';
}

function workerOf(peer: DemoPeer, { job }: DemoState): { committed: number; accepted: number } | undefined {
  return job?.workers.find((worker) => worker.peer === peer.id);
}

function unitsOf(peer: DemoPeer, { units }: DemoState): string {
  return units.filter((unit) => peer.id !== undefined && unit.workers.includes(peer.id)).map((unit) => unit.unit).join(' ');
}

function describeKill(state: DemoState): string[] {
  const { kill, shards, missedAfterMs } = state;
  if (kill === undefined) return [];
  const { peer, unit, pid, afterMs, committedBefore } = kill;
  const shard = shards[unit]?.name ?? '';
  const downMs = (peer.restartedAt ?? 0) - (peer.killedAt ?? 0);
  const later = (workerOf(peer, state)?.committed ?? 0) - committedBefore;
  const within = peer.readyAfterMs === undefined ? '' : `within ${humanDuration(peer.readyAfterMs)} `;
  const back = [
    `Its supervisor started it again after ${humanDuration(downMs)}. It read its journal, joined again`,
    `${within}by the addresses it had kept, and finished ${plural(Math.max(0, later), 'run')} more.`,
  ];
  return [
    `Peer ${peer.number} (process ${pid}) got SIGKILL in the middle of unit ${unit} (${shard}), ${humanDuration(afterMs)} into the job.`,
    missedAfterMs === undefined ? 'It was back before the requester gave it up.' : `The requester missed it after ${humanDuration(missedAfterMs)}.`,
    ...(peer.restartedAt === undefined ? ['It did not come back.'] : back),
  ];
}
