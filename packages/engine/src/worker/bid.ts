import { ShoalError, type PeerId } from '@shoal/runtime';
import { openEntry, sealEntry, unitCount, type Entry, type FactOf, type JobSpec } from '@shoal/protocol';
import { bitmapOf, type Turn } from '../engine.ts';
import { holdsOf } from '../market/match.ts';
import { admit } from '../policy/admit.ts';
import { freeSlots } from './job.ts';

/** Answers an offer: a bid, or a decline with its reasons. */
export function receiveOffer(turn: Turn, bytes: Uint8Array): void {
  const { engine, now, effects } = turn;
  const posted = openEntry(bytes, engine.crypto);
  const fact = posted.value.facts[0];
  if (fact?.kind !== 'posted' || posted.id !== posted.job || fact.mesh !== engine.config.mesh) {
    throw new ShoalError('offer-malformed', 'Cannot take an offer: its entry posts no job of this mesh');
  }
  const held = engine.worked.get(posted.id);
  if (held !== undefined) {
    held.reset = true;
    held.report = 'now';
    return;
  }
  const reasons = admit(engine, fact.spec, posted.author, now);
  if (reasons.length > 0) {
    effects.push({ type: 'send', to: posted.author, message: { type: 'decline', job: posted.id, reasons } });
    return;
  }
  const bid = makeBid(turn, posted, fact.spec);
  rememberBid(turn, posted, bid);
  effects.push({ type: 'send', to: posted.author, message: { type: 'entries', job: posted.id, entries: [bid.bytes] } });
}

/** The same for an offer that was gossiped: silence instead of a decline, so that a thousand refusals cost nothing. */
export function receiveGossipedOffer(turn: Turn, bytes: Uint8Array): 'accept' | 'ignore' {
  const { engine, now, effects } = turn;
  const posted = openEntry(bytes, engine.crypto);
  const fact = posted.value.facts[0];
  if (fact?.kind !== 'posted' || posted.author === engine.self || engine.worked.has(posted.id)) return 'ignore';
  if (!engine.bidding.has(posted.id) && admit(engine, fact.spec, posted.author, now).length === 0) {
    const bid = makeBid(turn, posted, fact.spec);
    rememberBid(turn, posted, bid);
    effects.push({ type: 'send', to: posted.author, message: { type: 'entries', job: posted.id, entries: [bid.bytes] } });
  }
  return 'accept';
}

function makeBid({ engine, now }: Turn, posted: Entry, spec: JobSpec): Entry {
  const { config } = engine;
  const holds = holdsOf(spec, { datasets: [...engine.holdings.values()] });
  const fact: FactOf<'bid'> = {
    kind: 'bid',
    slots: Math.min(config.slots, unitCount(spec)),
    holds: spec.units.kind === 'count' ? new Uint8Array() : bitmapOf(holds.length, (unit) => holds[unit] === true),
    startInMs: freeSlots(engine) > 0 ? 0 : config.timings.windowMs,
    fuelPerSecond: config.fuelPerSecond,
    determinismClass: config.determinismClass,
    until: now + config.timings.bidTtlMs,
  };
  return sealEntry({ job: posted.id, at: now, facts: [fact] }, engine.signer, engine.crypto);
}

function rememberBid({ engine, now }: Turn, posted: Entry, bid: Entry): void {
  const { bidding, config } = engine;
  for (const [job, known] of bidding) if (known.until <= now) bidding.delete(job);
  if (bidding.size >= config.timings.maxBids) bidding.delete(bidding.keys().next().value as typeof posted.id);
  const requester: PeerId = posted.author;
  bidding.set(posted.id, { job: posted.id, requester, posted, bid, until: now + config.timings.bidTtlMs });
}
