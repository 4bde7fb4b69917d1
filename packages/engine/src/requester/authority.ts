import type { PeerId } from '@shoal/runtime';
import type { Entry, FactOf } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { settlementOf } from '../ledger/unit-facts.ts';
import { discharge, isEntrusted } from '../steward/discharge.ts';
import { isWithinShare } from '../steward/delegation.ts';
import { acceptedHere } from './accepted.ts';
import { adoptLease } from './adopt.ts';
import { endByRequester } from './finish.ts';
import { candidateOf, workersOf, type RequestedJob } from './job.ts';
import { takeBack } from './leases.ts';
import { evaluate } from './units.ts';
import { takeWord } from './word.ts';

/** What somebody else stated in the requester's name: a steward while we were away, or the requester while we act for it. */
export function receiveAuthorityEntry(turn: Turn, job: RequestedJob, entry: Entry): void {
  const { engine, effects } = turn;
  const { ledger } = job;
  if (ledger.entries.has(entry.id) || !ledger.isAuthority(entry.author)) return;
  if (entry.author !== job.requester && !isWithinShare(engine, ledger, entry)) return;
  if (!ledger.add(entry)) return;
  effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  effects.push({ type: 'changed', job: job.job });
  if (job.outcome === 'open') for (const fact of entry.value.facts) {
    if (fact.kind === 'leased') adoptLease(turn, job, fact.lease, fact.worker);
    if (fact.kind === 'released') forgetLease(turn, job, fact);
    if (fact.kind === 'accepted' || fact.kind === 'abandoned') hearSettlement(turn, job, fact, entry.author);
  }
  const stewarded = engine.stewarded.get(job.job);
  if (stewarded === undefined || isEntrusted(engine, ledger)) return;
  if (ledger.cancelled.size > 0) {
    // Those to whom we gave leases are not known to the requester.
    for (const peer of workersOf(job)) effects.push({ type: 'send', to: peer, message: { type: 'entries', job: job.job, entries: [entry.bytes] } });
    endByRequester(turn, job);
  }
  discharge(turn, stewarded, ledger.cancelled.size > 0 ? 'cancelled' : 'delivered');
}

/** A unit was settled by somebody else: the requester's word holds, a steward's is looked at like any other claim. */
function hearSettlement(turn: Turn, job: RequestedJob, fact: FactOf<'accepted'> | FactOf<'abandoned'>, by: PeerId): void {
  const { unit } = fact;
  if (!job.settled.has(unit)) {
    takeWord(turn, job, unit);
    evaluate(turn, job, unit);
    return;
  }
  // It accepted what we did not: nobody who checks does so.
  const facts = job.ledger.unit(unit);
  const held = acceptedHere(job, unit);
  const isOther = fact.kind === 'accepted' && settlementOf(facts, job.requester) === 'accepted' && held !== undefined && held.result !== fact.result;
  if (isOther && by !== job.requester) turn.engine.standings.invalid(by);
}

function forgetLease(turn: Turn, job: RequestedJob, { lease, worker, reason }: FactOf<'released'>): void {
  const known = job.leases.get(lease);
  if (known?.worker !== worker) return;
  job.leases.delete(lease);
  job.ledger.dropView(worker);
  takeBack(turn, job, known);
  const candidate = candidateOf(job, worker);
  candidate.state = 'released';
  candidate.reasons = [reason];
}
