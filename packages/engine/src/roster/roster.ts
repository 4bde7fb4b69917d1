import type { Cid, PeerId, Random } from '@shoal/runtime';
import { limits } from '@shoal/protocol';
import type { Counted } from '../policy/membership.ts';
import { blockOf } from './address-block.ts';

export interface KnownAdvert extends Counted {
  receivedAt: number;
  expiresAt: number;
  /** Who told: a peer, or the block of public addresses at which it is seen; none for our own. */
  source: string | undefined;
  /** The block of public addresses at which it says that it can be dialled; no proof. Empty where it says none. */
  block: string;
}

export interface RosterBounds {
  max: number;
  /**
   * A mesh is large once more peers are known than the first, or more than the second of whom a quarter say so themselves: by
   * adverts that live as long as the third. It is small again once fewer than the second are known. Of what one source told,
   * no more counts than would leave a small mesh small: whoever makes up names needs several public blocks of addresses for it.
   */
  largeAbove: number;
  smallBelow: number;
  sampledTtlMs: number;
}

/** The golden ratio of 32 bits: its multiples are spread evenly. */
const spread = 0x9e3779b1;

/**
 * The peers of which we hold a valid advert: all of a small mesh, a sample of a large one. When it is full, one of the
 * largest group is dropped, where a group is what one source told or what claims one block of addresses: a flood of
 * names makes room for itself, and what is dropped comes again. Not the stalest: the freshest of the mesh would be known to
 * all then, and the others to nobody.
 */
export class Roster {
  private readonly byPeer = new Map<PeerId, KnownAdvert>();
  private readonly bounds: RosterBounds;
  private sorted: KnownAdvert[] | undefined;
  private large = false;
  /** By source, the adverts that are here, and those of them of peers for whom the mesh is large. */
  private readonly told = new Map<string | undefined, { all: number; sampled: number }>();
  private dropped = 0;

  constructor(bounds: RosterBounds) {
    this.bounds = bounds;
  }

  /** Keeps the advert if it is newer than what is held of that peer. `clockAheadMs`: of our time over the clock that others see. */
  add(advert: Counted, now: number, source?: string, clockAheadMs = 0): boolean {
    const known = this.byPeer.get(advert.author);
    const { seq, at, ttlMs, addresses } = advert.value;
    if (known !== undefined && known.value.seq >= seq) return false;
    if (known !== undefined) this.delete(known);
    else if (this.byPeer.size >= this.bounds.max) this.dropOne();
    // Passed on late, it lives as much shorter, as far as clocks may be believed.
    const expiresAt = Math.min(now, at + clockAheadMs + limits.maxClockSkewMs) + ttlMs;
    const kept = { ...advert, bytes: unshared(advert.bytes), receivedAt: now, expiresAt, source, block: blockOf(addresses) };
    this.byPeer.set(advert.author, kept);
    this.count(kept, 1);
    this.sorted = undefined;
    this.weigh();
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

  /** Whether the mesh is too large for everybody to know everybody. */
  get isLarge(): boolean {
    return this.large;
  }

  /** Up to so many of those that fit, drawn evenly. */
  sample(count: number, random: Random, fits: (advert: KnownAdvert) => boolean): KnownAdvert[] {
    const drawn: KnownAdvert[] = [];
    let seen = 0;
    for (const advert of this.byPeer.values()) {
      if (!fits(advert)) continue;
      seen += 1;
      if (drawn.length < count) drawn.push(advert);
      else {
        const place = random.integer(seen);
        if (place < count) drawn[place] = advert;
      }
    }
    return drawn;
  }

  forgetExpired(now: number): void {
    this.forget(({ expiresAt }) => expiresAt <= now);
  }

  forget(isGone: (advert: KnownAdvert) => boolean): void {
    const before = this.byPeer.size;
    for (const advert of this.byPeer.values()) if (isGone(advert)) this.delete(advert);
    if (this.byPeer.size === before) return;
    this.sorted = undefined;
    this.weigh();
  }

  /** Who advertises shards of a dataset. */
  holdersOf(dataset: Cid): KnownAdvert[] {
    return this.all().filter((advert) => advert.value.datasets.some((holding) => holding.cid === dataset));
  }

  private weigh(): void {
    const { largeAbove, smallBelow } = this.bounds;
    let size = 0;
    let sampled = 0;
    for (const told of this.told.values()) {
      size += Math.min(told.all, largeAbove / 2);
      sampled += Math.min(told.sampled, smallBelow / 4);
    }
    if (this.byPeer.size < smallBelow) this.large = false;
    else if (size > largeAbove || 4 * sampled > this.byPeer.size) this.large = true;
  }

  private delete(advert: KnownAdvert): void {
    if (this.byPeer.delete(advert.author)) this.count(advert, -1);
  }

  private count({ source, value }: KnownAdvert, by: 1 | -1): void {
    const told = this.told.get(source) ?? { all: 0, sampled: 0 };
    told.all += by;
    if (value.ttlMs >= this.bounds.sampledTtlMs) told.sampled += by;
    if (told.all === 0) this.told.delete(source);
    else this.told.set(source, told);
  }

  private dropOne(): void {
    const sizes = new Map<string, number>();
    for (const advert of this.byPeer.values()) for (const group of groupsOf(advert)) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    let largest = '';
    for (const [group, size] of sizes) if (size > (sizes.get(largest) ?? 0)) largest = group;
    const members = [...this.byPeer.values()].filter((advert) => groupsOf(advert).includes(largest));
    this.dropped += 1;
    const one = members[(Math.imul(this.dropped, spread) >>> 0) % members.length];
    if (one !== undefined) this.delete(one);
  }
}

function groupsOf({ source, block }: KnownAdvert): string[] {
  if (source === undefined) return [];
  return block === '' || block === source ? [source] : [source, block];
}

/** Its own copy: an advert of half a kilobyte must not hold the message of a megabyte in which it came. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length ? bytes.slice() : bytes;
}
