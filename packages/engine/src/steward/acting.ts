import type { PeerId } from '@shoal/runtime';
import type { MessageBody, Reason } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import { beginReconcileWith, sendEntries } from '../ledger/exchange.ts';
import { workersOf, type RequestedJob } from '../requester/job.ts';
import { actingKey, chooseTrustees, wantsTrustees } from './choose.ts';
import { learnDelegation } from './delegation.ts';
import { goesBefore } from './job.ts';

/** After the first of its stewards answered, a requester that is back waits so much longer for what they know. */
const settleMs = 500;

/** The part of whoever acts for a delegated job: its requester, or the steward in whose hands it is. */

/** A job's acting begins, or begins anew after a restart. */
export function beginActing({ engine, now }: Turn, job: RequestedJob, afterMs: number): void {
  const { ledger, trust } = job;
  if (!wantsTrustees(job)) return;
  trust.chooseAt = now + afterMs;
  trust.beatAt = now + afterMs;
  if (ledger.delegations.current !== undefined) ledger.noteFresh();
  for (const peer of ledger.delegations.trustees()) trust.peers.set(peer, { heardAt: now, knows: true });
  engine.timers.set(actingKey(job), now + afterMs);
}

export function actingJobOfTimer({ requested }: Engine, key: string): RequestedJob | undefined {
  const [kind, id] = key.split(':');
  return kind === 'acting' ? requested.get(id as RequestedJob['job']) : undefined;
}

/** The timer: says that it acts, and looks after those to whom the job is entrusted. */
export function beatActing(turn: Turn, job: RequestedJob): void {
  const { engine, now } = turn;
  if (job.outcome !== 'open') return;
  chooseTrustees(turn, job);
  if (now >= job.trust.beatAt) {
    job.trust.beatAt = now + engine.config.timings.actingEveryMs;
    for (const peer of hearers(engine, job)) sayActing(turn, job, peer);
  }
  const looksAt = job.authority === 'requester' ? job.trust.chooseAt : Number.POSITIVE_INFINITY;
  engine.timers.setNoLater(actingKey(job), Math.min(job.trust.beatAt, looksAt));
}

function hearers({ self, connected }: Engine, job: RequestedJob): Set<PeerId> {
  const peers = new Set([...job.ledger.delegations.trustees(), ...workersOf(job)]);
  if (connected.has(job.requester)) peers.add(job.requester);
  peers.delete(self);
  return peers;
}

/** Somebody to whom the job is entrusted, or its requester while we act for it, is reachable (again). */
export function meetTrustees(turn: Turn, peer: PeerId): void {
  for (const job of turn.engine.requested.values()) {
    if (job.outcome === 'open' && peer !== turn.engine.self && job.ledger.seesAll(peer)) sayActing(turn, job, peer);
  }
}

/** To whom does not know the job yet it comes with all it takes to believe it. */
export function sayActing({ engine, effects }: Turn, job: RequestedJob, to: PeerId): void {
  const { current } = job.ledger.delegations;
  if (current === undefined) return;
  const posted = job.trust.peers.get(to)?.knows === false ? job.ledger.entries.get(job.job)?.bytes : undefined;
  const claim = { job: job.job, forMs: engine.config.timings.actingForMs, delegated: current.entry.bytes };
  effects.push({ type: 'send', to, message: { type: 'acting', ...claim, ...(posted === undefined ? {} : { posted }) } });
}

/** Somebody else says that it acts for a job for which we do. The requester goes first, and then its stewards in their order. */
export function hearRival(turn: Turn, job: RequestedJob, from: PeerId, message: MessageBody<'acting'>): 'yield' | 'stay' {
  const { engine } = turn;
  if (message.delegated !== undefined) learnDelegation(turn, job, message.delegated);
  if (!job.ledger.isAuthority(from)) return 'stay';
  if (job.authority === 'steward' && goesBefore(job.ledger, from, engine.self)) return 'yield';
  if (job.outcome === 'open') sayActing(turn, job, from);
  beginReconcileWith(turn, job.ledger, from);
  return 'stay';
}

/** A steward or keeper compares ledgers: it is there, and knows the job. */
export function hearTrustee({ now }: Turn, job: RequestedJob, peer: PeerId): void {
  const known = job.trust.peers.get(peer);
  if (known === undefined) return;
  Object.assign(known, { heardAt: now, knows: true });
  job.quietUntil = Math.min(job.quietUntil, now + settleMs); // what it knows is on its way
}

/** One that we named refuses, or has forgotten the job. */
export function hearRefusal({ engine, now }: Turn, job: RequestedJob, peer: PeerId, reason: Reason): void {
  const known = job.trust.peers.get(peer);
  if (known === undefined) return;
  if (reason.code === 'job-unknown' && known.knows) known.knows = false;
  else job.trust.refused.set(peer, { until: now + engine.config.timings.trusteeRefusalMs, reason });
  job.trust.chooseAt = now;
  engine.timers.setNoLater(actingKey(job), now + engine.config.timings.advertiseSoonMs);
}

/** Passes on what is new in the ledger, a burst at a time; what gets lost is found when ledgers are compared. */
export function shareNews(turn: Turn, job: RequestedJob): void {
  const { engine, now } = turn;
  const { ledger, trust } = job;
  if (!ledger.hasFresh()) return;
  if (now < trust.shareAt) return engine.timers.setNoLater(actingKey(job), trust.shareAt);
  trust.shareAt = now + engine.config.timings.shareEveryMs;
  const fresh = ledger.takeFresh();
  for (const peer of ledger.delegations.trustees()) {
    if (peer !== engine.self && trust.peers.get(peer)?.knows === true) sendEntries(turn, ledger, peer, fresh.filter(({ author }) => author !== peer));
  }
}
