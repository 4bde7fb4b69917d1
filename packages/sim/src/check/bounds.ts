import { limits, unitCount } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { World } from '../world/world.ts';
import type { Report } from './report.ts';

/** Timers that belong to no job. */
const ownTimers = 8;
const timersPerJob = 2;
/** What waits for the end of a burst of one job: a fact to everybody who has a lease, and some to a few. */
const outboxPerJob = 8;
/** What one note costs besides its text. */
const logNoteBytes = 256;
/** Clocks drift, and an engine's time does not go back when its clock does. */
const clockSlackMs = 300_000;

/** Every table of an engine has a bound. */
export function checkBounds(world: World, { engine, index, clockOffsetMs }: SimPeer, report: Report): void {
  const { timings } = engine.config;
  const table = (name: string, size: number, most: number): void => {
    if (size > most) report('bounds', `${name} of peer ${index} has ${size} entries, at most ${most} are allowed`);
  };
  // Of all there are; nobody may be entered twice, or be made up.
  const everybody = world.peers.length + Object.values(world.scenario.hostile).reduce((sum, count) => sum + count, 0);
  const jobs = engine.requested.size + engine.worked.size + engine.stewarded.size;
  table('connected', engine.connected.size, everybody);
  table('addresses seen', engine.seenAt.size, engine.connected.size);
  table('standings', engine.standings.size, everybody);
  table('quotas', engine.quotas.size, everybody);
  table('timers', engine.timers.size, ownTimers + timersPerJob * jobs);
  table('outbox', engine.outbox.size, jobs * (timings.maxLeases + outboxPerJob));
  table('entrusted', engine.stewarded.size, timings.maxStewarded);
  const bytes = (of: 'kept' | 'ledger'): number => [...engine.stewarded.values()].reduce((sum, job) => sum + (of === 'kept' ? job.keptBytes : job.ledger.bytes), 0);
  table('bytes of entrusted ledgers', bytes('ledger'), timings.maxStewardedBytes);
  table('bytes kept for others', bytes('kept'), timings.maxKeptBytes);
  table('roster', engine.roster.size, timings.maxRoster);
  table('worked', engine.worked.size, timings.maxWorkedJobs);
  table('bidding', engine.bidding.size, timings.maxBids);
  table('kept bids', engine.kept.size, timings.maxKeptKinds * timings.maxLeases);
  for (const job of engine.stewarded.values()) {
    for (const set of [job.fetching, job.here]) table('units kept', set.size, unitCount(job.spec));
    table('what room was taken for', job.counted.size, unitCount(job.spec) + 1); // and for the program
  }
  for (const job of engine.requested.values()) {
    table('candidates', job.candidates.size, everybody);
    table('bytes of log', job.logBytes, timings.maxJobLogBytes + job.units * everybody * logNoteBytes);
    table('live leases', [...job.leases.values()].filter((lease) => !lease.lost).length, timings.maxLeases);
    table('leases', job.leases.size, 4 * timings.maxLeases);
    for (const set of [job.returned, job.deferred, job.overdue, job.audits, job.beliefs.given, job.beliefs.waiting, job.beliefs.checks, job.settled, job.active, job.fetching, job.progress]) table('unit table', set.size, job.units);
    for (const lease of job.leases.values()) table('window given', lease.assigned.size, 2 * limits.maxWindowUnits);
  }
  for (const job of engine.worked.values()) {
    table('bytes of a ledger', job.ledger.bytes, timings.maxWorkedLedgerBytes + timings.maxWorkedLedgerBytesPerUnit * unitCount(job.spec));
    table('done and on hand', job.queue.length + job.running.size + job.done.size, timings.maxUnsettledUnits);
    table('window', job.queue.length + job.running.size, limits.maxWindowUnits);
    for (const unit of [...job.queue, ...job.running.keys(), ...job.done.keys()]) {
      if (unit >= unitCount(job.spec)) report('bounds', `peer ${index} holds unit ${unit}, which its job does not have`);
    }
    const leftMs = job.until - (world.now + clockOffsetMs);
    if (leftMs > 4 * timings.leaseTermMs + clockSlackMs) report('bounds', `a lease of peer ${index} has no end`);
  }
}
