import type { PeerId } from '@shoal/runtime';
import { encodeMessage, limits, topics, type Entry, type FactOf, type MessageOf, type Reason } from '@shoal/protocol';
import { sameBits } from '../bitmap.ts';
import { backOffMs } from '../market/back-off.ts';
import type { Turn } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import { mayWork } from '../policy/members.ts';
import { match } from '../market/match.ts';
import { rank, scoreOf } from '../market/score.ts';
import { isClosed } from '../roster/closed.ts';
import { labelMisfits } from '../roster/misfits.ts';
import type { KnownAdvert } from '../roster/roster.ts';
import { newCensus } from './census.ts';
import { candidateOf, leaseOf, liveLeases, openUnits, type Candidate, type Lease, type RequestedJob } from './job.ts';
import { dropLease, enterBid } from './leases.ts';
import { awardIfProven, receiveChallenged } from './proof.ts';
import { seekCandidates } from './seek.ts';

/** Workers that the job could use at once: one a run that is needed, and more where those there are cannot take what is left. */
export function wantedLeases(turn: Turn, job: RequestedJob): number {
  const unserved = job.returned.size + job.overdue.size;
  const wanted = Math.max(openUnits(job) * job.spec.verify.quorum, unserved > 0 ? liveLeases(job).length + unserved : 0);
  const busy = liveLeases(job).filter(({ isBusy }) => isBusy).length;
  return Math.min(turn.engine.config.timings.maxLeases, wanted + busy);
}

/**
 * Asks for bids while the job could use more workers: standing bids first, then likely peers directly by their
 * adverts, a few more than needed; gossip when that gave too little.
 */
export function seekWorkers(turn: Turn, job: RequestedJob): void {
  const { engine, now, effects } = turn;
  const { timings } = engine.config;
  const wanted = wantedLeases(turn, job);
  takeStandingBids(turn, job, wanted);
  const live = liveLeases(job).length;
  const waiting = [...job.candidates.values()].filter((candidate) => candidate.state === 'asked').length;
  const more = wanted - live - waiting + (live < wanted ? timings.spareOffers : 0);
  if (more <= 0) return;
  const posted = job.ledger.entries.get(job.job);
  if (posted === undefined) return;
  const likely = likelyPeers(turn, job);
  for (const advert of likely.slice(0, more)) {
    const candidate = candidateOf(job, advert.author);
    candidate.state = 'asked';
    candidate.askedAt = now;
    effects.push({ type: 'send', to: advert.author, message: offerOf(job, posted) });
    engine.timers.setNoLater(job.timerKey, now + timings.offerTimeoutMs);
  }
  const isShort = live < Math.min(wanted, job.spec.verify.quorum);
  // All of a small mesh are known; whoever has just come to it may not know that yet.
  if (likely.length < more && (engine.roster.isLarge || (isShort && waiting + likely.length === 0))) seekCandidates(turn, job);
  gossipOffer(turn, job, posted, isShort);
}

/** A steward shows that it asks in the requester's name. */
export function offerOf({ authority, ledger }: RequestedJob, posted: Entry): MessageOf<'offer'> {
  const delegated = ledger.delegations.current?.entry.bytes;
  return { type: 'offer', posted: posted.bytes, ...(authority === 'requester' || delegated === undefined ? {} : { delegated }) };
}

/**
 * Asks everybody, where too few are there or those who are may not take what is left: peers behind a NAT hear it, and
 * dial. Again and again, ever less often.
 */
function gossipOffer({ engine, now, effects }: Turn, job: RequestedJob, posted: Entry, isShort: boolean): void {
  const { gossipOfferAfterMs, gossipOfferWidelyAfterMs, regossipMinMs, regossipMaxMs } = engine.config.timings;
  const isStuck = job.returned.size + job.overdue.size > 0 && liveLeases(job).some(({ want }) => want > 0);
  const { times, lastAt } = job.gossip;
  const patienceMs = engine.roster.isLarge ? gossipOfferWidelyAfterMs : gossipOfferAfterMs;
  const dueAt = times === 0 ? job.postedAt + patienceMs : lastAt + Math.min(regossipMinMs * 2 ** (times - 1), regossipMaxMs);
  if (!(isShort || isStuck) || now < dueAt) return;
  job.gossip = { times: times + 1, lastAt: now };
  const bytes = job.authority === 'requester' ? posted.bytes : encodeMessage({ ...offerOf(job, posted), by: engine.self });
  effects.push({ type: 'publish', topic: topics.offers(engine.config.mesh), bytes });
}

function likelyPeers({ engine, now, random }: Turn, job: RequestedJob): KnownAdvert[] {
  const items = [];
  job.census = newCensus();
  let isAnySure = false;
  for (const advert of engine.roster.all()) {
    if (advert.value.slots > 0) job.census.peers += 1;
    if (advert.value.slots > 0 && advert.value.engines.includes(job.spec.program.engine)) countEngine(job, advert.value.determinismClass);
    const candidate = job.candidates.get(advert.author);
    if (candidate !== undefined && (candidate.retryAt > now || !['declined', 'silent', 'released'].includes(candidate.state))) continue;
    if (leaseOf(job, advert.author) !== undefined || advert.expiresAt <= now) continue;
    if (job.authority === 'steward' && advert.author === engine.self) continue; // who judges does not run
    const verdict = match(job.spec, advert.value);
    if (verdict.verdict === 'no') continue;
    if (isClosed(engine, advert, now)) {
      job.census.closed += 1;
      job.census.opensAt = Math.min(job.census.opensAt, advert.value.opensAt as number);
      continue;
    }
    const unsure = verdict.verdict === 'unknown' ? 1 : 0;
    isAnySure ||= unsure === 0;
    items.push({ item: advert, score: scoreOf(job.spec, advert, (candidate?.refusals ?? 0) + unsure + engine.standings.unreliability(advert.author)) });
  }
  if (!isAnySure && liveLeases(job).length === 0) job.census.misfits = labelMisfits(engine, job.spec.where, now);
  const ranked = rank(items, random);
  // Two who need not be dialled come first: their answer is there soonest. No more than two: whom a job runs at must not depend on who connects to us.
  const near = ranked.filter(({ author }) => engine.connected.has(author)).slice(0, engine.config.timings.spareOffers);
  return [...near, ...ranked.filter((advert) => !near.includes(advert))];
}

function countEngine({ census, spec: { verify } }: RequestedJob, of: string): void {
  census.withEngine += 1;
  if (verify.class !== undefined && verify.class !== of) census.otherClasses.set(of, (census.otherClasses.get(of) ?? 0) + 1);
}

function takeStandingBids(turn: Turn, job: RequestedJob, wanted: number): void {
  for (const candidate of job.candidates.values()) {
    if (liveLeases(job).length >= wanted) return;
    if (candidate.state === 'bid' && candidate.bid !== undefined && candidate.bid.until > turn.now) awardIfProven(turn, job, candidate);
  }
}

/** A bid came: award at once while there is need, keep it standing otherwise. Nobody bids who was not asked. */
export function receiveBid(turn: Turn, job: RequestedJob, entry: Entry, fact: FactOf<'bid'>): void {
  const { now, engine } = turn;
  const peer = entry.author;
  // Clocks differ: how long it stands counts from when it came.
  const until = now + Math.min(Math.max(0, fact.until - entry.value.at), engine.config.timings.bidTtlMs);
  const known = job.candidates.get(peer);
  const isAsked = known === undefined ? job.gossip.times > 0 : known.state !== 'released' || known.retryAt <= now;
  const { class: comparable = fact.determinismClass } = job.spec.verify;
  const isSane = fact.holds.length <= (job.spec.units.kind === 'count' ? 0 : Math.ceil(job.units / 8)) && fact.determinismClass === comparable;
  if (job.outcome !== 'open' || until <= now || !isAsked || !isSane || !mayWork(engine, peer)) return;
  const candidate = candidateOf(job, peer);
  const lease = leaseOf(job, peer);
  if (lease !== undefined) {
    if (lease.isAhead && candidate.bid === undefined) takeBidAfter(turn, job, lease, candidate, { entry, fact, until });
    return;
  }
  candidate.state = 'bid';
  candidate.bid = { holds: fact.holds, until, entry };
  candidate.reasons = [];
  if (liveLeases(job).length < wantedLeases(turn, job)) awardIfProven(turn, job, candidate);
  turn.effects.push({ type: 'changed', job: job.job });
}

/** The answer to an offer that came with its lease. */
function takeBidAfter(turn: Turn, job: RequestedJob, lease: Lease, candidate: Candidate, { entry, fact, until }: { entry: Entry; fact: FactOf<'bid'>; until: number }): void {
  lease.isAhead = false;
  lease.isBusy = fact.startInMs > 0;
  if (!sameBits(lease.holds, fact.holds)) Object.assign(lease, { holds: fact.holds, heldCursor: 0, otherCursor: 0 });
  candidate.bid = { holds: fact.holds, until, entry };
  enterBid(turn, job, entry);
  if (lease.isBusy) seekWorkers(turn, job);
  turn.effects.push({ type: 'changed', job: job.job });
}

/** A bidder has shown that it holds what it claims, or has not. */
export function receiveProof(turn: Turn, job: RequestedJob, event: Extract<EngineEvent, { type: 'challenged' }>): void {
  receiveChallenged(turn, job, event, (candidate, why) => {
    refuse(turn, job, candidate, 'declined', [{ code: 'holding-unproven', text: `it did not show that it holds what it claims: ${why}`.slice(0, limits.maxTextLength) }]);
    turn.effects.push({ type: 'changed', job: job.job });
  });
}

export function receiveDecline(turn: Turn, job: RequestedJob, peer: PeerId, reasons: Reason[]): void {
  const candidate = job.candidates.get(peer);
  const lease = leaseOf(job, peer);
  const [reason] = reasons;
  if (lease?.isAhead === true && !lease.confirmed && reason !== undefined) {
    dropLease(turn, job, lease, reason);
    return seekWorkers(turn, job);
  }
  if (candidate?.state === 'asked') refuse(turn, job, candidate, 'declined', reasons);
}

/** Offers that got no answer in time; bids that have lapsed. */
export function expireOffers(turn: Turn, job: RequestedJob): void {
  const { now, engine } = turn;
  for (const candidate of job.candidates.values()) {
    if (candidate.state === 'asked' && candidate.askedAt + engine.config.timings.offerTimeoutMs <= now) {
      refuse(turn, job, candidate, 'silent', [{ code: 'no-answer', text: 'it did not answer the offer' }]);
    }
    if (candidate.state === 'bid' && (candidate.bid?.until ?? 0) <= now) {
      candidate.state = 'released';
      candidate.reasons = [{ code: 'bid-expired', text: 'it bid, was not needed, and its bid has expired' }];
    }
  }
}

function refuse({ engine, now, random }: Turn, job: RequestedJob, candidate: Candidate, state: 'declined' | 'silent', reasons: Reason[]): void {
  const { timings } = engine.config;
  candidate.state = state;
  candidate.refusals += 1;
  candidate.reasons = reasons;
  candidate.refusedAt = now;
  candidate.retryAt = now + backOffMs(candidate.refusals, timings.reofferMinMs, timings.reofferMaxMs, random);
  engine.timers.setNoLater(job.timerKey, candidate.retryAt);
}
