import { encodeValue, type Reason } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { dropBid, keepBid } from './kept.ts';
import { giveReceipts } from './receipts.ts';
import { acceptRipe } from './units.ts';
import { workersOf, type RequestedJob } from './job.ts';
import { delegate } from '../steward/choose.ts';
import { summaryOf } from '../views/summary.ts';

/** How long a finished job stays in memory for countersignatures and late reports. */
export const lingerMs = 30_000;

/** Ends the job when every unit is settled and every result is here, or when it cannot succeed any more. */
export function endIfOver(turn: Turn, job: RequestedJob): void {
  if (job.outcome !== 'open') return;
  failIfHopeless(turn, job);
  if (job.outcome !== 'open' || job.settled.size < job.units || job.fetching.size > 0) return;
  const abandoned = [...job.settled.values()].includes('abandoned');
  end(turn, job, abandoned ? 'failed' : 'done');
}

/** The owner wants it no more: everybody who holds a lease hears so, now or when they report. */
export function cancelJob(turn: Turn, job: RequestedJob, why: string): void {
  if (job.outcome !== 'open') return;
  const reason = { code: 'cancelled', text: why };
  turn.engine.outbox.state(job.job, { kind: 'cancelled', reason }, workersOf(job));
  end(turn, job, 'cancelled', reason);
}

/** Its requester gave it up while we acted for it. */
export function endByRequester(turn: Turn, job: RequestedJob): void {
  const [reason] = job.ledger.cancelled.values();
  if (job.outcome === 'open') end(turn, job, 'cancelled', reason);
}

/** Gives up a job as a whole: its reason is in the ledger, and with everybody who works on it. Only its requester may. */
function failJob(turn: Turn, job: RequestedJob, reason: Reason): void {
  if (job.authority === 'steward') return end(turn, job, 'failed', reason);
  turn.engine.outbox.state(job.job, { kind: 'cancelled', reason }, workersOf(job));
  end(turn, job, 'failed', reason);
}

/** After so many units were given up for the program's own fault, and none accepted, the others are not tried. */
const hopelessUnits = 8;

/** A job that cannot succeed any more burns nobody: its deadline has passed, or its program fails everywhere. */
function failIfHopeless(turn: Turn, job: RequestedJob): void {
  const { deadline } = job.spec;
  if (deadline !== undefined && turn.now - turn.engine.clockAheadMs >= deadline) {
    acceptRipe(turn, job, true);
    failJob(turn, job, { code: 'deadline-passed', text: `the deadline passed with ${job.settled.size} of ${job.units} units settled` });
  } else if (job.hopeless.units >= hopelessUnits && job.hopeless.units === job.settled.size && job.settled.size < job.units) {
    failJob(turn, job, { code: 'program-fails', text: `the first ${job.hopeless.units} units all failed the same way everywhere: ${job.hopeless.text}` });
  }
}

/** `whole`: why it was cancelled, or failed as a whole; without it every unit is settled. */
function end(turn: Turn, job: RequestedJob, outcome: 'done' | 'failed' | 'cancelled', whole?: Reason): void {
  const { engine, now, effects } = turn;
  const reason = whole ?? { code: 'job-finished', text: 'every unit is settled' };
  job.outcome = outcome;
  job.reason = whole;
  job.finishedAt = now;
  if (job.spec.checkpoint !== 'never') effects.push({ type: 'unsave', job: job.job, unit: undefined });
  job.checkpoints.clear();
  giveReceipts(turn, job, new Map([...job.leases.values()].map(({ worker, leasedAt }) => [worker, leasedAt])));
  for (const lease of job.leases.values()) {
    if (!lease.lost && (lease.confirmed || lease.counts.committed > 0)) keepBid(turn, job, lease, true);
    else dropBid(turn, job, lease.worker);
    engine.outbox.state(job.job, { kind: 'released', lease: lease.lease, worker: lease.worker, reason }, [lease.worker]);
  }
  effects.push({ type: 'changed', job: job.job });
  engine.timers.set(job.timerKey, now + lingerMs);
  const stewarded = engine.stewarded.get(job.job);
  if (stewarded !== undefined) stewarded.isOver = true; // until its requester comes for it
  if (job.authority === 'steward') return;
  // Everything is here: those who had it in their hands may forget it.
  if (job.ledger.delegations.trustees().length > 0) delegate(turn, job, [], []);
  effects.push({ type: 'summarize', scope: job.job, closed: true, summary: encodeValue(summaryOf(job)) });
}
