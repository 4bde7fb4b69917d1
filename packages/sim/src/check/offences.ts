import { nextDeadline } from '@shoal/engine';
import type { PeerId } from '@shoal/runtime';
import { messageTable } from '@shoal/protocol';
import { bentKinds } from '../behaviours/worker.ts';
import type { SimPeer } from '../world/peer.ts';
import type { World } from '../world/world.ts';
import type { Report } from './report.ts';

/** At least this share of the bad messages is charged: all but the greater part of a flood, and what a crash forgot. */
const leastCharged = 0.05;
/** Seconds' worth of a kind that a peer may send at once, by the protocol; again after a restart, and when a clock is set. */
const burstSeconds = 20;
const bursts = 3;
const windowMs = 10_000;
/** What a garbler sends besides its flood. */
const others = 60;

/** Bad bytes cost their sender, and nobody else; and they change nothing. */
export class Offences {
  private badHeard = 0;
  private charged = 0;
  /** Bad messages that were looked into, by who got them from whom, and when. */
  private readonly opened = new Map<string, number>();

  /** An engine says that a peer broke the protocol. */
  charge(world: World, at: SimPeer, offender: PeerId, code: string, text: string, report: Report): void {
    const peer = world.peerOf(offender);
    if (peer !== undefined && !bentKinds.has(peer.options.kind)) report('offence-is-deserved', `peer ${at.index} charges peer ${peer.index}, which keeps to the protocol, with ${code}: ${text}`);
    if (peer !== undefined || code === 'rate-exceeded') return;
    this.charged += 1;
    this.limit(world, at, offender, report);
  }

  /** Before bytes are handed over that no check may let pass; what is returned looks what came of it. */
  bad(peer: SimPeer, how: 'message' | 'gossip', report: Report): () => void {
    if (how === 'message') this.badHeard += 1;
    const due = nextDeadline(peer.engine);
    // What was to happen by now anyway, such as the end of its owner's hours, happens with whatever comes next.
    if (due !== undefined && due <= peer.clock().now() + peer.engine.clockAheadMs) return () => {};
    const before = stateOf(peer);
    return () => {
      if (peer.up && stateOf(peer) !== before) report('bad-bytes-change-nothing', `peer ${peer.index} is not as it was before it got bytes that are none`);
    };
  }

  atRest(report: Report): void {
    if (this.charged < Math.floor(this.badHeard * leastCharged)) report('bad-bytes-cost', `of ${this.badHeard} messages with bad bytes ${this.charged} were charged to their sender`);
  }

  /** Beyond the rate of its kind a message is not even looked into. */
  private limit(world: World, at: SimPeer, offender: PeerId, report: Report): void {
    const key = `${at.index}/${offender}/${Math.floor(world.elapsedMs / windowMs)}`;
    const times = (this.opened.get(key) ?? 0) + 1;
    this.opened.set(key, times);
    const most = messageTable.seek.perSecond * (bursts * burstSeconds + windowMs / 1_000) + others;
    if (times === most + 1) report('rates-hold', `peer ${at.index} looked into more than ${most} messages of one peer in ten seconds, beyond the rate of their kind`);
  }
}

/** What a peer knows, as far as its size tells. Quotas are no part of it: they count what came. */
function stateOf({ engine, running, contents }: SimPeer): string {
  const { requested, worked, stewarded, bidding, kept, roster, outbox, revoked } = engine;
  const jobs = [...requested.values()].map((job) => [job.ledger.entries.size, job.outcome, job.leases.size, job.candidates.size, job.settled.size, job.active.size, job.returned.size, job.logBytes, ...[...job.leases.values()].map(({ heardAt, want, assigned }) => `${heardAt}/${want}/${assigned.size}`)]);
  const work = [...worked.values()].map((job) => [job.ledger.entries.size, job.lease, job.until, job.reportsTo, job.queue.length, job.running.size, job.done.size]);
  const entrusted = [...stewarded.values()].map((job) => [job.ledger.entries.size, job.isOver, job.here.size]);
  return JSON.stringify([jobs, work, entrusted, [...bidding.keys()], kept.size, roster.size, outbox.size, revoked.peers.size, running.size, contents.size]);
}
