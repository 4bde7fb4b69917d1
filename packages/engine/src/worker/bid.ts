import { ShoalError, type PeerId } from '@shoal/runtime';
import { decodeMessage, messageTable, openEntry, sealEntry, unitCount, type Entry, type FactOf, type JobSpec, type MessageBody } from '@shoal/protocol';
import { bitmapOf } from '../bitmap.ts';
import type { Turn } from '../engine.ts';
import { holdsOf } from '../market/match.ts';
import { admit } from '../policy/admit.ts';
import type { Poster } from '../policy/members.ts';
import { freeSlots } from './capacity.ts';
import type { Bidding } from './job.ts';

interface Posting extends Poster {
  posted: Entry;
  spec: JobSpec;
  /** Who asks, and the proof that it may. */
  to: PeerId;
  delegated: Entry | undefined;
}

/** Answers an offer: a bid, or a decline with its reasons. */
export function receiveOffer(turn: Turn, from: PeerId, offer: MessageBody<'offer'>): void {
  const { engine, now, effects } = turn;
  const posting = openPosting(turn, offer, from);
  const { posted, to } = posting;
  const held = engine.worked.get(posted.id);
  if (held !== undefined) {
    if (from !== held.reportsTo) return;
    held.reset = true;
    held.report = 'now';
    return;
  }
  const reasons = admit(engine, posting, now);
  if (reasons.length > 0) effects.push({ type: 'send', to, message: { type: 'decline', job: posted.id, reasons } });
  else sendBid(turn, posting);
}

/** The same for an offer that was gossiped: silence instead of a decline, so that a thousand refusals cost nothing. */
export function receiveGossipedOffer(turn: Turn, bytes: Uint8Array): 'accept' | 'ignore' {
  const { engine, now } = turn;
  const offer = offerIn(bytes);
  const posting = openPosting(turn, offer, offer.by);
  const { posted, to } = posting;
  if (posted.author === engine.self || to === engine.self || engine.worked.has(posted.id)) return 'ignore';
  if (admit(engine, posting, now).length === 0) sendBid(turn, posting);
  return 'accept';
}

/** The requester's is the posting alone; a steward's shows by what right it asks. */
function offerIn(bytes: Uint8Array): MessageBody<'offer'> {
  if (bytes[0] !== messageTable.offer.id) return { posted: bytes };
  const message = decodeMessage(bytes);
  if (message.type === 'offer' && message.delegated !== undefined && message.by !== undefined) return message;
  throw new ShoalError('offer-malformed', 'Cannot take a gossiped offer: it does not show who asks, and by what right');
}

/** `by` is who asks: where it is a steward that the requester named, bids go to it; else to the requester. */
function openPosting({ engine }: Turn, offer: MessageBody<'offer'>, by: PeerId | undefined): Posting {
  const posted = openEntry(offer.posted, engine.crypto);
  const [fact] = posted.value.facts;
  if (fact?.kind !== 'posted' || posted.id !== posted.job || fact.mesh !== engine.config.mesh) {
    throw new ShoalError('offer-malformed', 'Cannot take an offer: its entry posts no job of this mesh');
  }
  const isSteward = by !== undefined && by !== posted.author && offer.delegated !== undefined;
  const delegated = isSteward ? openEntry(offer.delegated as Uint8Array, engine.crypto) : undefined;
  const isNamed = delegated?.value.facts.some((of) => of.kind === 'delegated' && of.stewards.includes(by as PeerId)) === true;
  if (delegated !== undefined && (!isNamed || delegated.author !== posted.author || delegated.job !== posted.id)) {
    throw new ShoalError('offer-malformed', 'Cannot take an offer: its requester has not delegated the job to whoever makes it');
  }
  return { posted, spec: fact.spec, requester: posted.author, membership: fact.membership, to: isNamed ? (by as PeerId) : posted.author, delegated };
}

/** A bid that stands already is said again, not made anew: whoever repeats an offer gets nothing for it. */
function sendBid(turn: Turn, { posted, spec, to, delegated }: Posting): void {
  const { engine, now, effects } = turn;
  const standing = engine.bidding.get(posted.id);
  const isFresh = standing !== undefined && standing.until - now > engine.config.timings.bidTtlMs / 2;
  const bid = isFresh ? standing.bid : makeBid(turn, posted, spec);
  if (!isFresh) rememberBid(turn, { job: posted.id, requester: posted.author, to, delegated, posted, bid, until: now + engine.config.timings.bidTtlMs });
  else Object.assign(standing, { to, delegated });
  effects.push({ type: 'send', to, message: { type: 'entries', job: posted.id, entries: [bid.bytes] } });
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
    ...(config.operator === undefined ? {} : { operator: config.operator }),
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
