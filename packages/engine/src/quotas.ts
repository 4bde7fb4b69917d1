import type { PeerId } from '@shoal/runtime';
import { messageTable } from '@shoal/protocol';

/** A peer may send this many seconds' worth of a kind at once: a restart tells of a thousand jobs. */
const burstSeconds = 20;
/** Peers whose quotas are remembered; those that were not heard of for longest start afresh. */
const maxPeers = 4_096;

/** By the first byte of a message. */
const perSecondOf = new Map<number, number>(Object.values(messageTable).map(({ id, perSecond }) => [id, perSecond]));
const unknownPerSecond = 10;

interface Quota {
  left: number;
  at: number;
  /** When it was last said that there were too many. */
  toldAt: number;
}

/** Not oftener than this: whoever sends too much must not fill a log either. */
const tellEveryMs = 10_000;

/** How many messages of each kind a peer may still send: the table's rates, held before anything is decoded. */
export class Quotas {
  private readonly byPeer = new Map<PeerId, Map<number, Quota>>();

  /** Peers that are remembered. */
  get size(): number {
    return this.byPeer.size;
  }

  /** Whether one more is within its quota; where not, whether that is worth a word. */
  take(peer: PeerId, kind: number, now: number): 'within' | 'beyond' | 'beyond, to be told' {
    const perSecond = perSecondOf.get(kind) ?? unknownPerSecond;
    const quotas = this.of(peer);
    const quota = quotas.get(kind) ?? { left: burstSeconds * perSecond, at: now, toldAt: Number.NEGATIVE_INFINITY };
    quotas.set(kind, quota);
    quota.left = Math.min(burstSeconds * perSecond, quota.left + (perSecond * Math.max(0, now - quota.at)) / 1_000);
    quota.at = now;
    if (quota.left >= 1) {
      quota.left -= 1;
      return 'within';
    }
    if (now - quota.toldAt < tellEveryMs) return 'beyond';
    quota.toldAt = now;
    return 'beyond, to be told';
  }

  private of(peer: PeerId): Map<number, Quota> {
    const quotas = this.byPeer.get(peer) ?? new Map<number, Quota>();
    this.byPeer.delete(peer); // to the end: most recently heard of
    if (this.byPeer.size >= maxPeers) this.byPeer.delete(this.byPeer.keys().next().value as PeerId);
    return this.byPeer.set(peer, quotas).get(peer) as Map<number, Quota>;
  }
}
