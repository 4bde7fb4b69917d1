import type { PeerId } from '@shoal/runtime';
import type { Entry, Fact } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';
import type { RequestedJob } from '../requester/job.ts';
import type { TraceEvent } from './types.ts';

/**
 * How a job went, in the order of time: what its ledger states, and, as long as the engine knows the job, who was asked,
 * who declined, and what was given to whom. Each time is by the clock of the peer that states it.
 */
export function traceOf(ledger: JobLedger, job?: RequestedJob): TraceEvent[] {
  const events = [...ledger.entries.values()].flatMap(eventsOfEntry);
  if (job !== undefined) events.push(...eventsOfRequester(job, ledger));
  return events.sort((a, b) => a.at - b.at);
}

/** Facts of one kind and about the same peers, that were stated together, are one event of several units. */
function eventsOfEntry({ author, value: { at, facts } }: Entry): TraceEvent[] {
  const events: TraceEvent[] = [];
  const ofUnits = new Map<string, TraceEvent>();
  for (const fact of facts) {
    const event: TraceEvent = { at, by: author, ...aboutFact(fact) };
    const key = JSON.stringify([event.what, event.peers, event.reason]);
    const same = ofUnits.get(key);
    if (same?.units !== undefined && event.units !== undefined) {
      same.units.push(...event.units);
      if (event.bytes !== undefined) same.bytes = (same.bytes ?? 0) + event.bytes;
      continue;
    }
    if (event.units !== undefined) ofUnits.set(key, event);
    events.push(event);
  }
  return events;
}

function aboutFact(fact: Fact): Omit<TraceEvent, 'at' | 'by'> {
  switch (fact.kind) {
    case 'bid':
      return { what: 'bid', slots: fact.slots };
    case 'leased':
      return { what: 'leased', peers: [fact.worker] };
    case 'released':
      return { what: 'released', peers: [fact.worker], reason: fact.reason };
    case 'committed':
    case 'kept':
      return { what: fact.kind, units: [fact.unit] };
    case 'revealed':
      return { what: 'revealed', units: [fact.unit], bytes: fact.document.length };
    case 'failed':
    case 'abandoned':
      return { what: fact.kind, units: [fact.unit], reason: fact.reason };
    case 'accepted':
      return { what: 'accepted', units: [fact.unit], peers: fact.workers };
    case 'cancelled':
      return { what: 'cancelled', reason: fact.reason };
    case 'receipt':
      return { what: 'receipt', peers: [fact.worker] };
    case 'delegated':
      return { what: 'entrusted', peers: fact.stewards, keepers: fact.keepers };
    case 'posted':
    case 'countersigned':
      return { what: fact.kind };
  }
}

/** What is in no ledger. A bid is, once it was awarded. */
function eventsOfRequester({ candidates, given, requester }: RequestedJob, ledger: JobLedger): TraceEvent[] {
  const events: TraceEvent[] = given.groups.map(({ at, worker, units }) => ({ at, by: requester, what: 'assigned', peers: [worker], units: [...units] }));
  const asked = new Map<number, PeerId[]>();
  for (const { peer, askedAt, refusedAt, state, reasons, bid } of candidates.values()) {
    if (askedAt > 0) asked.set(askedAt, [...(asked.get(askedAt) ?? []), peer]);
    if (refusedAt !== undefined && (state === 'declined' || state === 'silent')) {
      events.push({ at: refusedAt, by: peer, what: state, ...(reasons[0] === undefined ? {} : { reason: reasons[0] }) });
    }
    if (bid !== undefined && !ledger.entries.has(bid.entry.id)) events.push(...eventsOfEntry(bid.entry));
  }
  for (const [at, peers] of asked) events.push({ at, by: requester, what: 'asked', peers });
  return events;
}
