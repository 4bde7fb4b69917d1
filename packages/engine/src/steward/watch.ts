import type { PeerId } from '@shoal/runtime';
import { unitCount } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { settlementOf } from '../ledger/unit-facts.ts';
import { recoverRequested } from '../requester/recover.ts';
import { leave } from '../worker/lease.ts';
import { beginActing } from './acting.ts';
import { discharge } from './discharge.ts';
import type { StewardedJob } from './job.ts';
import { retryKeeping } from './keep.ts';

/** Sets when to look at a job again that is entrusted to us. */
export function watchOver({ engine }: Turn, job: StewardedJob): void {
  const { stewardRetentionMs } = engine.config.timings;
  const retries = [...job.fetching.values()].flatMap(({ retryAt }) => retryAt ?? []);
  engine.timers.set(job.timerKey, Math.min(actsAt(engine, job), asksAt(job), job.requesterAt + stewardRetentionMs, ...retries));
}

/** When our turn comes: each steward waits a term longer than the one before it. Never for whoever only keeps. */
function actsAt({ self, config, requested }: Turn['engine'], job: StewardedJob): number {
  const rank = job.ledger.delegations.rankOf(self);
  const isActing = requested.has(job.job);
  return rank < 0 || job.isOver || isActing ? Number.POSITIVE_INFINITY : job.actsUntil + rank * config.timings.actingForMs;
}

/**
 * Whether somebody brought the job to its end: every unit is settled, and every lease taken back, which comes last. We did
 * before a restart, or a steward before us: to act again would only take our own votes from what it accepted.
 */
function isEnded({ ledger, spec, requester }: StewardedJob): boolean {
  if (ledger.units.size < unitCount(spec) || ledger.openLeases().length > 0) return false;
  return ledger.units.values().every((facts) => settlementOf(facts, requester) !== undefined);
}

/** The timer: the requester has been gone for too long, or for ever. */
export function watch(turn: Turn, job: StewardedJob): void {
  const { engine, now } = turn;
  if (now >= job.requesterAt + engine.config.timings.stewardRetentionMs) return discharge(turn, job, 'retention-ended');
  if (isEnded(job) && !engine.requested.has(job.job)) job.isOver = true;
  if (now >= actsAt(engine, job)) act(turn, job);
  if (now >= asksAt(job)) ask(turn, job);
  retryKeeping(turn, job);
  watchOver(turn, job);
}

/** Nobody who acts is heard of: when to ask the requester. */
function asksAt(job: StewardedJob): number {
  return Math.max(job.askAt, job.actsUntil);
}

/**
 * That the job is over, or in other hands, may have been lost on its way here. Whoever acts asks more often: a requester
 * that is back may have named others meanwhile, who know nothing of us.
 */
function ask(turn: Turn, job: StewardedJob): void {
  const { requested, config } = turn.engine;
  const { trusteeAskMinMs, trusteeAskMaxMs, actingForMs } = config.timings;
  const mostMs = requested.has(job.job) ? actingForMs : trusteeAskMaxMs;
  job.askAt = turn.now + Math.min(mostMs, trusteeAskMinMs * 2 ** job.asked);
  job.asked += 1;
  beginReconcileWith(turn, job.ledger, job.requester);
}

/** The requester is reachable (again). */
export function meetEntruster(turn: Turn, peer: PeerId): void {
  for (const job of turn.engine.stewarded.values()) if (job.requester === peer) ask(turn, job);
}

/**
 * Takes the job up where the ledger left it, as its requester does after a restart. Who judges does not run: its own
 * results would count no more.
 */
function act(turn: Turn, job: StewardedJob): void {
  const { engine, effects } = turn;
  const worked = engine.worked.get(job.job);
  if (worked !== undefined) leave(turn, worked, { code: 'steward-acts', text: 'it acts for the job instead of running it' });
  recoverRequested(turn, job.ledger, 'steward');
  const acting = engine.requested.get(job.job);
  if (acting !== undefined) beginActing(turn, acting, 0);
  effects.push({ type: 'changed', job: job.job });
}
