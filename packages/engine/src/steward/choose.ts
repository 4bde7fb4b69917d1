import type { PeerId } from '@shoal/runtime';
import { digestOf } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import { hexOf } from '../hex.ts';
import { match } from '../market/match.ts';
import { workersOf, type RequestedJob } from '../requester/job.ts';

/** Faults per run beyond which nobody is trusted with a job. */
const maxUnreliability = 0.5;
const encoder = new TextEncoder();

/** Whether a job asks for stewards or keepers at all. */
export function wantsTrustees({ spec }: Pick<RequestedJob, 'spec'>): boolean {
  return (spec.stewards ?? 0) + (spec.keepers ?? 0) > 0;
}

/**
 * Names stewards and keepers, and names others when some are gone: willing peers that were not found unreliable, those
 * first whose hash with the job's id is smallest, so that jobs spread over the mesh. Whoever is named and there stays.
 */
export function chooseTrustees(turn: Turn, job: RequestedJob): void {
  const { engine, now } = turn;
  const { timings } = engine.config;
  if (job.authority !== 'requester' || !wantsTrustees(job) || now < job.trust.chooseAt) return;
  job.trust.chooseAt = now + timings.redelegateMs;
  for (const [peer, { until }] of job.trust.refused) if (until <= now) job.trust.refused.delete(peer);
  const { current } = job.ledger.delegations;
  const stewards = sparing(turn, job, fill(turn, job, 'steward', current?.stewards ?? [], job.spec.stewards ?? 0, new Set()));
  // Another peer keeps than acts, where there are enough: one loss should not take both.
  const keepers = fill(turn, job, 'keeper', current?.keepers ?? [], job.spec.keepers ?? 0, new Set(stewards));
  if (isSame(stewards, current?.stewards ?? []) && isSame(keepers, current?.keepers ?? [])) return;
  delegate(turn, job, stewards, keepers);
}

/**
 * Whoever acts gives no evidence any more: of those who can run the job only so many become stewards that a quorum of
 * others is left. In a small mesh that may be none, and the job waits for its requester.
 */
function sparing({ engine }: Turn, { spec }: RequestedJob, chosen: readonly PeerId[]): PeerId[] {
  const able = new Set(engine.roster.all().filter(({ value }) => match(spec, value).verdict === 'yes').map(({ author }) => author));
  let spare = able.size - spec.verify.quorum;
  return chosen.filter((peer) => !able.has(peer) || (spare -= 1) >= 0);
}

/** States who is to act and to keep; everybody with a part in the job hears of it. */
export function delegate({ engine, now }: Turn, job: RequestedJob, stewards: PeerId[], keepers: PeerId[]): void {
  const { ledger, trust } = job;
  const before = ledger.delegations.trustees();
  const term = (ledger.delegations.current?.term ?? 0) + 1;
  for (const peer of [...stewards, ...keepers]) if (!trust.peers.has(peer)) trust.peers.set(peer, { heardAt: now, knows: false });
  engine.outbox.state(job.job, { kind: 'delegated', term, stewards, keepers }, [...new Set([...workersOf(job), ...before])]);
  ledger.noteFresh();
  for (const peer of trust.peers.keys()) if (!stewards.includes(peer) && !keepers.includes(peer)) trust.peers.delete(peer);
  trust.beatAt = now + 1; // when it is signed
  engine.timers.setNoLater(actingKey(job), now + 1);
}

/** The timer of whoever acts for a job. */
export function actingKey({ job }: Pick<RequestedJob, 'job'>): string {
  return `acting:${job}`;
}

/** Those named already while they are there or nobody can take their place, and new ones in the order of their hashes. */
function fill({ engine, now }: Turn, job: RequestedJob, role: string, named: readonly PeerId[], count: number, last: ReadonlySet<PeerId>): PeerId[] {
  const { trusteeSilenceMs } = engine.config.timings;
  const isRefused = (peer: PeerId): boolean => (job.trust.refused.get(peer)?.until ?? 0) > now;
  const isThere = (peer: PeerId): boolean => !isRefused(peer) && now - (job.trust.peers.get(peer)?.heardAt ?? now) <= trusteeSilenceMs;
  const keep = named.filter(isThere);
  const others = willing(engine, job, role, now).filter((peer) => !named.includes(peer) && !isRefused(peer));
  const fresh = [...others.filter((peer) => !last.has(peer)), ...others.filter((peer) => last.has(peer))];
  const chosen = [...keep, ...fresh].slice(0, count);
  // Somebody silent may come back: better than nobody.
  return [...chosen, ...named.filter((peer) => !keep.includes(peer) && !isRefused(peer))].slice(0, count);
}

/** Peers that say they would, by rendezvous: the order of their hashes with the job's id is the same for everybody, and random. */
function willing({ roster, self, standings, crypto }: Engine, { job }: RequestedJob, role: string, now: number): PeerId[] {
  const place = (peer: PeerId): string => {
    const name = encoder.encode(`${role}/${peer}`);
    const whole = new Uint8Array(32 + name.length);
    whole.set(digestOf(job));
    whole.set(name, 32);
    return hexOf(crypto.sha256(whole));
  };
  return roster
    .all()
    .filter(({ author, value, expiresAt }) => author !== self && expiresAt > now && value.roles?.includes(role) === true && standings.unreliability(author) <= maxUnreliability)
    .map(({ author }) => ({ author, place: place(author) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ author }) => author);
}

function isSame(a: readonly PeerId[], b: readonly PeerId[]): boolean {
  return a.length === b.length && a.every((peer, i) => peer === b[i]);
}
