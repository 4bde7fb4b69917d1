import type { PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { backOffMs } from '../market/back-off.ts';
import type { Linked } from '../effects.ts';
import { whereaboutsOf } from '../ledger/shown.ts';
import { acceptedResult } from '../ledger/unit-facts.ts';
import type { StewardedJob } from './job.ts';
import { giveBackRoom, takeRoom } from './room.ts';

/** New workers need the program, and its requester may be away. */
export function holdProgram({ engine, effects }: Turn, entrusted: StewardedJob): void {
  const { job, requester, spec, ledger } = entrusted;
  if (!takeRoom(engine, entrusted, 'program', spec.program.bytes)) return;
  effects.push({ type: 'hold', job, root: spec.program.cid, bytes: spec.program.bytes, from: [requester, ...ledger.delegations.trustees()] });
}

/** As a keeper: brings the linked outputs of what was accepted here. Those inside their documents are in the ledger already. */
export function keepAccepted(turn: Turn, job: StewardedJob, units: Iterable<number> = job.ledger.units.keys()): void {
  if (job.ledger.delegations.current?.keepers.includes(turn.engine.self) !== true) return;
  for (const unit of units) if (!job.here.has(unit) && !job.fetching.has(unit)) keepUnit(turn, job, unit);
}

function keepUnit({ engine, effects }: Turn, job: StewardedJob, unit: number): void {
  const failures = job.fetching.get(unit)?.failures ?? 0;
  job.fetching.delete(unit); // what is given up here has no time of its own any more: a past one would wake us for ever
  const wanted = outputsOf(job, unit, failures);
  if (wanted === undefined) return;
  const { roots, from } = wanted;
  if (roots.length === 0 || !takeRoom(engine, job, unit, bytesOf(roots))) return void job.here.add(unit); // nothing to bring, or no room
  job.fetching.set(unit, { failures, retryAt: undefined, roots });
  effects.push({ type: 'fetch', job: job.job, unit, roots, from, for: 'requester' });
}

function bytesOf(roots: readonly Linked[]): number {
  return roots.reduce((sum, root) => sum + root.bytes, 0);
}

/** What was accepted of a unit, by whoever, and where its outputs may be. */
function outputsOf({ ledger, requester }: StewardedJob, unit: number, attempt: number): { roots: Linked[]; from: PeerId[] } | undefined {
  const facts = ledger.units.get(unit);
  const accepted = facts === undefined ? undefined : acceptedResult(facts, requester);
  const where = accepted === undefined ? undefined : whereaboutsOf(ledger, unit, accepted.result, attempt);
  if (accepted === undefined || where === undefined) return undefined;
  return { roots: where.roots, from: [...new Set([...where.holders, ...accepted.workers, requester, ...ledger.delegations.trustees()])] };
}

/** Outputs came, or could not be had yet. Only what is on the disk is said to be kept. */
export function receiveKept(turn: Turn, job: StewardedJob, unit: number, ok: boolean): void {
  const { engine, now, random } = turn;
  const { maxFetchAttempts, retryMinMs, retryMaxMs } = engine.config.timings;
  const fetching = job.fetching.get(unit);
  if (fetching === undefined) return;
  job.fetching.delete(unit);
  const failures = fetching.failures + 1;
  if (ok) {
    job.here.add(unit);
    return stateKept(turn, job, unit, fetching.roots);
  }
  giveBackRoom(job, unit, bytesOf(fetching.roots));
  if (failures >= maxFetchAttempts) return void job.here.add(unit);
  const retryAt = now + backOffMs(failures, retryMinMs, retryMaxMs, random);
  job.fetching.set(unit, { failures, retryAt, roots: [] });
  engine.timers.setNoLater(job.timerKey, retryAt);
}

function stateKept({ engine }: Turn, { job, ledger, requester, spec }: StewardedJob, unit: number, roots: readonly Linked[]): void {
  const facts = ledger.units.get(unit);
  const accepted = facts === undefined ? undefined : acceptedResult(facts, requester);
  if (accepted === undefined || ledger.kept.get(unit)?.get(engine.self)?.has(accepted.result) === true) return;
  const stewards = ledger.delegations.current?.stewards ?? [];
  const [copy] = spec.seal === undefined ? [] : roots;
  const fact = { kind: 'kept' as const, unit, result: accepted.result, ...(copy === undefined ? {} : { sealed: copy.cid }) };
  engine.outbox.state(job, fact, [requester, ...stewards.filter((peer) => peer !== engine.self)]);
}

export function retryKeeping(turn: Turn, job: StewardedJob): void {
  for (const [unit, { retryAt }] of job.fetching) if (retryAt !== undefined && retryAt <= turn.now) keepUnit(turn, job, unit);
}
