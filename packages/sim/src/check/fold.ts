import type { Random } from '@shoal/runtime';
import { JobLedger, replay, snapshotOf } from '@shoal/engine';
import { openEntry, type Entry } from '@shoal/protocol';
import { shuffled } from '../world/population.ts';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** The fold does not depend on order or repetition; returns the ledger as the journal has it. */
export function foldsAlike(job: PostedJob, random: Random, report: Report): JobLedger {
  const { crypto } = job.requester.options;
  const entries: Entry[] = [];
  for (const record of job.requester.journal.replay(job.id)) if (record.kind === 'entry') entries.push(openEntry(record.bytes, crypto));
  const ledger = folded(job, entries);
  acceptedOnce(job, entries, report);
  const again = entries.filter(() => random.float() < 0.3);
  const other = folded(job, shuffled([...entries, ...again], random));
  if (!equal(snapshotOf(ledger), snapshotOf(other))) report('fold', `the state of ${nameOf(job)} depends on the order of its entries`);
  return ledger;
}

/**
 * What a peer knows of its jobs is what its journal would tell it after a crash. A worker that left a job and came back
 * has forgotten what it did for the first lease, and its journal has not: there, nothing may be known that is not written.
 */
export function replaysAlike({ engine, journal, options, index }: SimPeer, report: Report): void {
  for (const [id, { ledger }] of engine.requested) {
    if (engine.worked.has(id)) continue; // one scope for both roles
    const again = replay(id, journal.replay(id), options.crypto, engine.opener);
    if (!equal(snapshotOf(ledger), snapshotOf(again))) report('replay', `what peer ${index} knows of its job is not what its journal tells`);
  }
  for (const [id, { ledger }] of engine.worked) {
    const again = replay(id, journal.replay(id), options.crypto, engine.opener);
    for (const entry of ledger.entries.keys()) if (!again.entries.has(entry)) report('replay', `peer ${index} works by a fact that is not in its journal`);
  }
}

function folded(job: PostedJob, entries: readonly Entry[]): JobLedger {
  const ledger = new JobLedger(job.id, job.requester.options.crypto);
  for (const entry of entries) ledger.add(entry);
  return ledger;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A unit is accepted by one fact: a requester that forgets what it accepted would have it run again. */
function acceptedOnce(job: PostedJob, entries: readonly Entry[], report: Report): void {
  const seen = new Set<number>();
  for (const { author, value } of entries) {
    if (author !== job.requester.id) continue;
    for (const fact of value.facts) {
      if (fact.kind !== 'accepted') continue;
      if (seen.has(fact.unit)) report('accepted-once', `unit ${fact.unit} of ${nameOf(job)} was accepted twice`);
      seen.add(fact.unit);
    }
  }
}
