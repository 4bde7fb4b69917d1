import type { Turn } from '../engine.ts';
import { match } from '../market/match.ts';
import { mayWork } from '../policy/members.ts';
import { isClosed } from '../roster/closed.ts';
import { candidateOf, liveLeases, type RequestedJob } from './job.ts';
import { kindOf } from './kept.ts';
import { addLease, leaseName } from './leases.ts';
import { offerOf, wantedLeases } from './offers.ts';
import { originOf } from './origin.ts';

/**
 * Gives a job that was just posted to workers that hold a lease of its kind, or just held one, and have a slot that is not
 * ours already: offer, lease and units go out together. The worker looks at the offer as at any other, and bids or declines;
 * where it declines, or says that it is busy, others are asked.
 */
export function awardAhead(turn: Turn, job: RequestedJob): void {
  const { engine, now, effects } = turn;
  const { keepLeaseMs, leaseTermMs } = engine.config.timings;
  engine.kept.forget(now - keepLeaseMs);
  const kind = kindOf(job.spec);
  const posted = job.ledger.entries.get(job.job);
  if (kind === undefined || posted === undefined) return;
  const bids = engine.kept.of(kind);
  const wanted = wantedLeases(turn, job);
  for (const [worker, { entry, holds, jobs }] of [...bids].sort(([, a], [, b]) => a.jobs.size - b.jobs.size)) {
    if (liveLeases(job).length >= wanted) return;
    const advert = engine.roster.get(worker);
    if (advert === undefined || advert.value.slots <= jobs.size || match(job.spec, advert.value).verdict !== 'yes' || isClosed(engine, advert, now)) continue;
    const isThere = worker === engine.self || engine.connected.has(worker);
    if (!isThere || !mayWork(engine, worker) || engine.standings.isSuspect(worker)) continue;
    effects.push({ type: 'send', to: worker, message: offerOf(job, posted) });
    const until = now + leaseTermMs;
    const lease = addLease(job, { lease: leaseName(turn.random), worker, holds, until, now });
    lease.isAhead = true;
    lease.want = advert.value.slots - jobs.size;
    jobs.add(job.job);
    Object.assign(candidateOf(job, worker), { state: 'leased', askedAt: now });
    engine.outbox.state(job.job, { kind: 'leased', lease: lease.lease, worker, until, ...originOf(engine, entry) }, [worker]);
  }
}
