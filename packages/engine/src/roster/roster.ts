import type { Cid, PeerId } from '@shoal/runtime';
import type { Counted } from '../policy/membership.ts';

export interface KnownAdvert extends Counted {
  receivedAt: number;
  expiresAt: number;
}

/** The peers of which we hold a valid advert. Bounded: the one that expires first is dropped first. */
export class Roster {
  private readonly byPeer = new Map<PeerId, KnownAdvert>();
  private readonly max: number;
  private sorted: KnownAdvert[] | undefined;

  constructor(max: number) {
    this.max = max;
  }

  /** Keeps the advert if it is newer than what is held of that peer. */
  add(advert: Counted, now: number): boolean {
    const known = this.byPeer.get(advert.author);
    if (known !== undefined && known.value.seq >= advert.value.seq) return false;
    if (known === undefined && this.byPeer.size >= this.max) this.dropStalest();
    this.byPeer.set(advert.author, { ...advert, receivedAt: now, expiresAt: now + advert.value.ttlMs });
    this.sorted = undefined;
    return true;
  }

  get(peer: PeerId): KnownAdvert | undefined {
    return this.byPeer.get(peer);
  }

  /** By peer id, so that nobody's order of arrival shows. */
  all(): readonly KnownAdvert[] {
    return (this.sorted ??= [...this.byPeer.values()].sort((a, b) => (a.author < b.author ? -1 : 1)));
  }

  get size(): number {
    return this.byPeer.size;
  }

  forgetExpired(now: number): void {
    for (const [peer, advert] of this.byPeer) if (advert.expiresAt <= now) this.byPeer.delete(peer);
    this.sorted = undefined;
  }

  forget(isGone: (advert: KnownAdvert) => boolean): void {
    for (const [peer, advert] of this.byPeer) if (isGone(advert)) this.byPeer.delete(peer);
    this.sorted = undefined;
  }

  /** Who advertises shards of a dataset. */
  holdersOf(dataset: Cid): KnownAdvert[] {
    return this.all().filter((advert) => advert.value.datasets.some((holding) => holding.cid === dataset));
  }

  private dropStalest(): void {
    let stalest: KnownAdvert | undefined;
    for (const advert of this.byPeer.values()) if (stalest === undefined || advert.expiresAt < stalest.expiresAt) stalest = advert;
    if (stalest !== undefined) this.byPeer.delete(stalest.author);
  }
}
