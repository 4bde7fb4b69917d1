import { limits } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { Report } from './report.ts';

/** Every table of an engine has a bound. */
export function checkBounds({ engine, index }: SimPeer, report: Report): void {
  const { timings } = engine.config;
  const table = (name: string, size: number, most: number): void => {
    if (size > most) report('bounds', `${name} of peer ${index} has ${size} entries, at most ${most} are allowed`);
  };
  table('roster', engine.roster.size, timings.maxRoster);
  table('worked', engine.worked.size, timings.maxWorkedJobs);
  table('bidding', engine.bidding.size, timings.maxBids);
  table('kept bids', engine.kept.size, timings.maxKeptKinds * timings.maxLeases);
  for (const job of engine.requested.values()) {
    table('live leases', [...job.leases.values()].filter((lease) => !lease.lost).length, timings.maxLeases);
    table('leases', job.leases.size, 4 * timings.maxLeases);
    for (const set of [job.returned, job.deferred, job.overdue, job.audits, job.beliefs.given, job.beliefs.waiting, job.beliefs.checks, job.settled, job.active, job.fetching, job.progress]) table('unit table', set.size, job.units);
    for (const lease of job.leases.values()) table('window given', lease.assigned.size, 2 * limits.maxWindowUnits);
  }
  for (const job of engine.worked.values()) {
    table('window', job.queue.length + job.running.size, limits.maxWindowUnits);
    for (const unit of [...job.queue, ...job.running.keys(), ...job.done.keys()]) {
      const { units } = job.spec;
      if (unit >= (units.kind === 'count' ? units.count : units.shards.length)) report('bounds', `peer ${index} holds unit ${unit}, which its job does not have`);
    }
    const longest = engine.config.timings.leaseTermMs * 4;
    const leftMs = job.until - Math.max(job.until - longest, 0);
    if (leftMs > longest) report('bounds', `a lease of peer ${index} has no end`);
  }
}
