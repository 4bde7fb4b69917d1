import type { PeerId } from '@shoal/runtime';
import { creditOf } from '../credit/credit.ts';
import type { Turn } from '../engine.ts';
import { fuelOf, openedResult } from '../ledger/shown.ts';
import { votesOf, type UnitFacts } from '../ledger/unit-facts.ts';
import { acceptedHere, type Accepted } from './accepted.ts';
import type { RequestedJob } from './job.ts';

interface Work {
  units: number;
  fuel: number;
}

/**
 * Receipts for all who showed what was accepted, in time or too late to be needed. One is for all work of a worker on the
 * job: where it has several, of a steward and of the requester, the largest counts.
 * @param since when each got its lease; of others that is not known any more.
 */
export function giveReceipts({ engine, now }: Turn, job: RequestedJob, since: ReadonlyMap<PeerId, number>): void {
  const { deadline } = job.spec;
  const own = receiptsBy(job, engine.self);
  for (const [worker, { units, fuel }] of workIn(job)) {
    if ((own.get(worker) ?? 0) >= units) continue;
    const elapsedMs = Math.max(0, now - (since.get(worker) ?? job.postedAt));
    const credit = creditOf({ fuel, elapsedMs, deadlineMs: deadline === undefined ? undefined : deadline - job.postedAt });
    engine.outbox.state(job.job, { kind: 'receipt', worker, units, fuel, credit, elapsedMs }, [worker]);
  }
}

/** By worker, the units of what this peer signed before. What somebody else signed is no reason to sign less. */
function receiptsBy({ ledger }: RequestedJob, self: PeerId): Map<PeerId, number> {
  const units = new Map<PeerId, number>();
  for (const receipt of ledger.receipts.values()) {
    if (ledger.entries.get(receipt.id)?.author === self) units.set(receipt.worker, Math.max(units.get(receipt.worker) ?? 0, receipt.units));
  }
  return units;
}

/** By what whoever acts accepted itself, in this moment too: what another steward accepted is that one's to pay. */
function workIn(job: RequestedJob): Map<PeerId, Work> {
  const work = new Map<PeerId, Work>();
  for (const [unit, facts] of job.ledger.units) {
    const accepted = acceptedHere(job, unit);
    const done = accepted === undefined ? [] : doneBy(job, facts, accepted);
    if (accepted === undefined || done.length === 0) continue;
    const fuel = openedResult(job.ledger, unit, accepted.result)?.fuel ?? fuelOf(job.ledger, facts, accepted.result, new Set(done));
    for (const worker of done) {
      const known = work.get(worker) ?? { units: 0, fuel: 0 };
      work.set(worker, { units: known.units + 1, fuel: known.fuel + fuel });
    }
  }
  return work;
}

/**
 * Who showed this result. Of sealed ones a steward cannot tell what is in them, and anybody can read an accepted result's
 * name: there, only those count whom whoever accepted it named.
 */
function doneBy(job: RequestedJob, facts: UnitFacts, { result, workers }: Accepted): PeerId[] {
  const shown = [...votesOf(facts, job.spec.verify.quorum > 1)].filter(([, of]) => of === result).map(([worker]) => worker);
  return isBlind(job) ? shown.filter((worker) => workers.has(worker)) : shown;
}

/** Whether whoever acts cannot look into results: a steward of a job whose results are sealed. */
export function isBlind({ authority, spec }: RequestedJob): boolean {
  return authority === 'steward' && spec.seal !== undefined;
}
