import type { SimPeer } from '../world/peer.ts';
import type { PostedJob, World } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

type Open = NonNullable<ReturnType<SimPeer['engine']['requested']['get']>>;

/** Beyond the time after which silence counts: a tick, a burst, a clock that was set. */
const slackMs = 30_000;

/** Every lease has somebody who holds it, and ends when nobody does. */
export class Leases {
  /** When each lease was heard of last, by its owner's word, and since when that is so. */
  private readonly heard = new Map<string, { at: number; sinceMs: number }>();

  /** At whoever awards: who is silent is given up, and what it had goes to others. */
  look(world: World, job: PostedJob, owner: SimPeer, open: Open, report: Report): void {
    for (const lease of open.leases.values()) {
      if (lease.lost && lease.assigned.size > 0) report('lost-has-nothing', `${lease.assigned.size} units of ${nameOf(job)} are with a worker that peer ${owner.index} gave up`);
      const key = `${owner.index}/${lease.lease}`;
      const heard = this.heard.get(key);
      if (heard?.at !== lease.heardAt || owner.frozen || lease.lost || open.outcome !== 'open') {
        this.heard.set(key, { at: lease.heardAt, sinceMs: world.elapsedMs });
        continue;
      }
      if (world.elapsedMs - heard.sinceMs <= owner.options.config.timings.silenceMs + slackMs) continue;
      heard.sinceMs = Number.POSITIVE_INFINITY;
      report('silence-ends', `a worker of ${nameOf(job)} was silent for long, and peer ${owner.index} has not given it up`);
    }
  }
}

/** At whoever works: a lease that was taken back is held no more. */
export function checkReleased({ engine, index }: SimPeer, report: Report): void {
  for (const { lease, ledger } of engine.worked.values()) {
    if (ledger.released.has(`${lease}/${engine.self}`)) report('released-is-over', `peer ${index} works on though it knows that its lease was taken back`);
  }
}
