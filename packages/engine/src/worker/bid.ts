import { ShoalError, type PeerId } from '@shoal/runtime';
import { openEntry, sealEntry, unitCount, type Entry, type FactOf, type JobSpec } from '@shoal/protocol';
import { bitmapOf } from '../bitmap.ts';
import type { Turn } from '../engine.ts';
import { holdsOf } from '../market/match.ts';
import { admit } from '../policy/admit.ts';
import { freeSlots } from './capacity.ts';
import type { Bidding } from './job.ts';

interface Posting {
  posted: Entry;
  spec: JobSpec;
}

/** Answers an offer: a bid, or a decline with its reasons. */
export function receiveOffer(turn: Turn, from: PeerId, bytes: Uint8Array): void {
  const { engine, now, effects } = turn;
  const { posted, spec } = openPosting(turn, bytes);
  const held = engine.worked.get(posted.id);
  if (held !== undefined) {
    if (from !== held.requester) return;
    held.reset = true;
    held.report = 'now';
    return;
  }
  const reasons = admit(engine, spec, posted.author, now);
  if (reasons.length > 0) effects.push({ type: 'send', to: posted.author, message: { type: 'decline', job: posted.id, reasons } });
  else sendBid(turn, posted, spec);
}

/** The same for an offer that was gossiped: silence instead of a decline, so that a thousand refusals cost nothing. */
export function receiveGossipedOffer(turn: Turn, bytes: Uint8Array): 'accept' | 'ignore' {
  const { engine, now } = turn;
  const { posted, spec } = openPosting(turn, bytes);
  if (posted.author === engine.self || engine.worked.has(posted.id)) return 'ignore';
  if (admit(engine, spec, posted.author, now).length === 0) sendBid(turn, posted, spec);
  return 'accept';
}

function openPosting({ engine }: Turn, bytes: Uint8Array): Posting {
  const posted = openEntry(bytes, engine.crypto);
  const [fact] = posted.value.facts;
  if (fact?.kind !== 'posted' || posted.id !== posted.job || fact.mesh !== engine.config.mesh) {
    throw new ShoalError('offer-malformed', 'Cannot take an offer: its entry posts no job of this mesh');
  }
  return { posted, spec: fact.spec };
}

/** A bid that stands already is said again, not made anew: whoever repeats an offer gets nothing for it. */
function sendBid(turn: Turn, posted: Entry, spec: JobSpec): void {
  const { engine, now, effects } = turn;
  const standing = engine.bidding.get(posted.id);
  const isFresh = standing !== undefined && standing.until - now > engine.config.timings.bidTtlMs / 2;
  const bid = isFresh ? standing.bid : makeBid(turn, posted, spec);
  if (!isFresh) rememberBid(turn, { job: posted.id, requester: posted.author, posted, bid, until: now + engine.config.timings.bidTtlMs });
  effects.push({ type: 'send', to: posted.author, message: { type: 'entries', job: posted.id, entries: [bid.bytes] } });
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

/** Bounded in number and in bytes: postings may be large. */
function rememberBid(turn: Turn, bid: Bidding): void {
  const { bidding, config } = turn.engine;
  forgetBids(turn);
  bidding.delete(bid.job);
  bidding.set(bid.job, bid);
  let bytes = 0;
  for (const { posted } of bidding.values()) bytes += posted.bytes.length;
  for (const [job, { posted }] of bidding) {
    if (bidding.size <= config.timings.maxBids && bytes <= config.timings.maxBidBytes) return;
    bidding.delete(job);
    bytes -= posted.bytes.length;
  }
}

/** Drops the bids that stand no more. */
export function forgetBids({ engine, now }: Turn): void {
  for (const [job, bid] of engine.bidding) if (bid.until <= now) engine.bidding.delete(job);
}
