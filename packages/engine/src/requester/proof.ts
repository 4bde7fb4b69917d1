import type { Random } from '@shoal/runtime';
import { bitAt, sameBits } from '../bitmap.ts';
import type { Turn } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import type { Candidate, RequestedJob } from './job.ts';
import { award } from './leases.ts';

/** Shards of which a bidder must show a block: of one that holds half of what it claims, seven in eight are found out. */
const provenShards = 3;

/** Gives a bidder a lease; where the job wants proof of what it claims to hold, once it has shown it. */
export function awardIfProven(turn: Turn, job: RequestedJob, candidate: Candidate): void {
  const { bid, peer, proof } = candidate;
  const { units } = job.spec;
  if (bid === undefined) return;
  if (units.kind !== 'shards' || units.prove !== true || peer === turn.engine.self) return award(turn, job, candidate);
  const isAsked = proof !== undefined && sameBits(proof.holds, bid.holds);
  if (isAsked && proof.isShown) return award(turn, job, candidate);
  // What came of it may have got lost: it is asked again.
  if (isAsked && turn.now < proof.askedAt + turn.engine.config.timings.bidTtlMs) return;
  const shards = drawn(claimedBy(bid.holds, job.units), provenShards, turn.random).flatMap((unit) => units.shards[unit]?.cid ?? []);
  if (shards.length === 0) return award(turn, job, candidate); // it claims nothing
  candidate.proof = { holds: bid.holds, isShown: false, askedAt: turn.now };
  turn.effects.push({ type: 'challenge', job: job.job, peer, shards });
}

/** What came of a challenge. `refuse` is how bidders are turned down, with their reason. */
export function receiveChallenged(turn: Turn, job: RequestedJob, event: Extract<EngineEvent, { type: 'challenged' }>, refuse: (candidate: Candidate, why: string) => void): void {
  const candidate = job.candidates.get(event.peer);
  if (candidate?.proof === undefined || candidate.proof.isShown) return;
  if (event.shown) {
    candidate.proof.isShown = true;
    turn.engine.timers.setNoLater(job.timerKey, turn.now);
    return;
  }
  candidate.proof = undefined;
  if (candidate.state === 'bid') refuse(candidate, event.why);
}

function claimedBy(holds: Uint8Array, units: number): number[] {
  const claimed = [];
  for (let unit = 0; unit < units; unit += 1) if (bitAt(holds, unit)) claimed.push(unit);
  return claimed;
}

/** So many of them, or all, each once. */
function drawn(from: number[], count: number, random: Random): number[] {
  const lots = [];
  while (lots.length < count && from.length > 0) lots.push(...from.splice(random.integer(from.length), 1));
  return lots;
}
