import type { Cid, PeerId, Random } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { votesOf } from '../ledger/unit-facts.ts';
import { acceptedHere } from './accepted.ts';
import type { Lease, RequestedJob } from './job.ts';

/** A peer with a record is given a unit that nobody ran, or that only others like it have: its word is to be enough. */
export function believe({ engine }: Turn, job: RequestedJob, lease: Lease, unit: number): void {
  const { verify } = job.spec;
  if (verify.adaptive !== true || verify.quorum === 1 || job.beliefs.checks.has(unit) || job.settled.has(unit)) return;
  if (job.authority === 'steward') return; // nobody else could check whom it trusts
  const given = job.beliefs.given.get(unit) ?? new Set();
  for (const other of job.active.get(unit) ?? []) if (!given.has(other.worker)) return;
  const facts = job.ledger.units.get(unit);
  const isPlain = facts === undefined || (facts.commitments.size === 0 && ![...facts.failures.values()].some((of) => [...of.values()].some(({ deterministic }) => deterministic)));
  if (isPlain && engine.standings.isTrusted(lease.worker)) job.beliefs.given.set(unit, given.add(lease.worker));
}

/** The worker whose word is enough, where it has shown a result and nobody another one. */
export function believedOn(job: RequestedJob, unit: number, votes: ReadonlyMap<PeerId, Cid>): PeerId | undefined {
  const given = job.beliefs.given.get(unit);
  if (given === undefined || new Set(votes.values()).size !== 1) return undefined;
  return [...given].find((worker) => votes.has(worker));
}

/** A lone result was shown: it waits. Returns the unit that is to be checked, if the lot falls now: this one or one before. */
export function hold({ engine, random }: Turn, job: RequestedJob, unit: number, worker: PeerId): number | undefined {
  const { waiting, since, checks } = job.beliefs;
  if (waiting.has(unit)) return undefined;
  const of = engine.standings.holderOf(worker);
  const units = [...(since.get(of) ?? []), unit];
  waiting.set(unit, of);
  since.set(of, units);
  const at = lotOf(random, engine.standings.checkedShare(worker), units.length, engine.config.timings.maxHeldResults);
  const checked = at === undefined ? undefined : units[at];
  if (checked === undefined) return undefined;
  // Of what it showed later that check says nothing: it waits for the next one.
  since.set(of, units.slice((at ?? 0) + 1));
  forgetBelief(job, checked);
  checks.set(checked, { of, units: units.slice(0, at), isPassed: false });
  return checked;
}

/** The last one by its share; any of them once they are many. */
function lotOf(random: Random, share: number, results: number, most: number): number | undefined {
  if (random.float() < share) return results - 1;
  return results >= most ? random.integer(results) : undefined;
}

/**
 * Lone results that may be accepted now: those whose check passed, and, once everything else is settled or being checked,
 * those whose worker is not. `isLast`: nothing more will come.
 */
export function ripeUnits(job: RequestedJob, isLast = false): number[] {
  const { waiting, since, checks } = job.beliefs;
  if (waiting.size === 0 && checks.size === 0) return [];
  const ripe: number[] = [];
  for (const [unit, { units, isPassed }] of checks) {
    if (!isPassed) continue;
    checks.delete(unit);
    ripe.push(...units);
  }
  if (isLast || waiting.size + checks.size >= job.units - job.settled.size) {
    const checked = new Set([...checks.values()].map(({ of }) => of));
    for (const [of, units] of since) if (!checked.has(of) && since.delete(of)) ripe.push(...units);
  }
  return ripe.filter((unit) => waiting.has(unit));
}

/**
 * A unit is settled: if it was a check, that was passed only where its worker is among those who showed what is accepted.
 * Returns the name that failed: of what was to be accepted with the check nothing is known.
 */
export function endCheck({ engine }: Turn, job: RequestedJob, unit: number, agreeing: Iterable<PeerId>): PeerId | undefined {
  const check = job.beliefs.checks.get(unit);
  if (check === undefined) return undefined;
  check.isPassed = [...agreeing].some((worker) => engine.standings.namesOf(worker).includes(check.of));
  if (check.isPassed) return undefined;
  job.beliefs.checks.delete(unit);
  engine.standings.doubt(check.of);
  return check.of;
}

/** This word is not enough any more, wherever it was to be: units that need others now. */
export function disbelieve(turn: Turn, worker: PeerId): { job: RequestedJob; units: number[] }[] {
  const { requested, standings } = turn.engine;
  const names = new Set(standings.namesOf(worker));
  return [...requested.values()].map((job) => {
    const { given, waiting, since, checks } = job.beliefs;
    const units: number[] = [];
    for (const [unit, believed] of given) {
      for (const peer of believed) if (names.has(standings.holderOf(peer))) believed.delete(peer);
      const waitsFor = waiting.get(unit);
      if (believed.size > 0 && (waitsFor === undefined || !names.has(waitsFor))) continue;
      if (believed.size === 0) given.delete(unit);
      waiting.delete(unit);
      units.push(unit);
    }
    for (const name of names) since.delete(name);
    for (const check of checks.values()) if (names.has(check.of)) check.units = [];
    return { job, units };
  });
}

/** Nobody's word alone is to be enough for this unit: others differ, or it is settled. */
export function forgetBelief({ beliefs }: RequestedJob, unit: number): void {
  beliefs.given.delete(unit);
  beliefs.waiting.delete(unit);
}

/** A unit that is settled by one peer's word alone. */
export function standsAlone(job: RequestedJob, unit: number): boolean {
  return job.spec.verify.quorum > 1 && acceptedHere(job, unit)?.workers.size === 1;
}

/** Whether somebody whose word is to be enough has shown its result, or still may. */
export function isPromised(job: RequestedJob, unit: number, isUnderWay: (worker: PeerId) => boolean): boolean {
  const given = job.beliefs.given.get(unit);
  if (given === undefined) return false;
  const facts = job.ledger.units.get(unit);
  const votes = facts === undefined ? undefined : votesOf(facts, true);
  return [...given].some((worker) => votes?.has(worker) === true || isUnderWay(worker));
}
