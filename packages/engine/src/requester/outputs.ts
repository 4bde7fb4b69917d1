import type { Cid, PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { whereaboutsOf } from '../ledger/shown.ts';
import { backOffMs } from '../market/back-off.ts';
import { takeRoom } from '../steward/room.ts';
import type { RequestedJob } from './job.ts';

/**
 * Linked outputs of a result lie with the workers that showed it. They are brought here, durably, before the result is
 * accepted: what is accepted is there. Where nobody gives them, another worker runs the unit, and has them too.
 */

/** Begins to bring the outputs of a result here. False: there is nothing to wait for. */
export function bringOutputs(turn: Turn, job: RequestedJob, unit: number, { result, workers }: { result: Cid; workers: readonly PeerId[] }): boolean {
  const before = job.fetching.get(unit);
  const isUnderWay = before !== undefined && before.retryAt === undefined;
  const known = before?.result === result ? before : undefined;
  if (isUnderWay && known === undefined) return true; // another result's: this one is looked at when they came
  if (known !== undefined && workers.length <= known.holders) return true;
  const where = whereaboutsOf(job.ledger, unit, result, 0);
  if (where === undefined || where.roots.length === 0 || !hasRoomFor(turn, job, unit, where.roots)) return false;
  const attempts = known?.attempts ?? 0;
  job.fetching.set(unit, { result, holders: workers.length, attempts, failures: 0, retryAt: isUnderWay ? undefined : turn.now, isMissing: false, noRoom: undefined });
  if (!isUnderWay) fetch(turn, job, unit, workers);
  return true;
}

function fetch({ effects }: Turn, job: RequestedJob, unit: number, workers: readonly PeerId[]): void {
  const fetching = job.fetching.get(unit);
  const where = fetching === undefined ? undefined : whereaboutsOf(job.ledger, unit, fetching.result, fetching.attempts);
  if (fetching === undefined || where === undefined) return;
  fetching.attempts += 1;
  fetching.retryAt = undefined;
  const { holders, ...what } = where;
  const from = [...new Set([...holders, ...workers, ...job.ledger.delegations.trustees()])];
  effects.push({ type: 'fetch', job: job.job, unit, ...what, from, for: job.authority === 'requester' ? 'self' : 'requester' });
}

/** A requester brings all that it asked for; its steward what it has room for: the rest stays with workers and keepers. */
function hasRoomFor({ engine }: Turn, job: RequestedJob, unit: number, roots: readonly { bytes: number }[]): boolean {
  const entrusted = job.authority === 'steward' ? engine.stewarded.get(job.job) : undefined;
  return entrusted === undefined || takeRoom(engine, entrusted, unit, roots.reduce((sum, { bytes }) => sum + bytes, 0));
}

/**
 * They could not be had this time. `exhausted`: not by so many tries in a row, twice, and nobody is left to make them anew
 * (`isHopeless`).
 */
export function noteUnfetched(turn: Turn, job: RequestedJob, unit: number, { noRoom, isHopeless }: { noRoom: string | undefined; isHopeless: boolean }): 'again' | 'missing' | 'exhausted' {
  const { engine, now, random } = turn;
  const { maxFetchAttempts, retryMinMs, retryMaxMs } = engine.config.timings;
  const fetching = job.fetching.get(unit);
  if (fetching === undefined) return 'again';
  // Without room here no other worker could help: it is asked for again and again until there is some.
  fetching.failures = noRoom === undefined ? fetching.failures + 1 : Math.min(fetching.failures + 1, maxFetchAttempts - 1);
  const retryAt = now + backOffMs(fetching.failures, retryMinMs, retryMaxMs, random);
  fetching.retryAt = retryAt;
  fetching.noRoom = noRoom;
  engine.timers.setNoLater(job.timerKey, retryAt);
  if (fetching.failures < maxFetchAttempts) return 'again';
  const wasMissing = fetching.isMissing;
  fetching.isMissing = true;
  if (wasMissing && isHopeless) return 'exhausted';
  fetching.failures = 0; // it may come back meanwhile
  return 'missing';
}

/** Asks again for what could not be had, when it is time. */
export function refetch(turn: Turn, job: RequestedJob): void {
  for (const [unit, { result, retryAt }] of job.fetching) {
    if (retryAt === undefined || retryAt > turn.now) continue;
    const workers = [...job.ledger.unit(unit).revealed].flatMap(([worker, shown]) => ([...shown.values()].some((one) => one.result === result) ? [worker] : []));
    fetch(turn, job, unit, workers);
  }
}
