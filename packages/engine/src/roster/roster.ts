import type { Cid, PeerId, Random } from '@shoal/runtime';
import { limits } from '@shoal/protocol';
import type { Counted } from '../policy/membership.ts';
import { AdvertTable, type KnownAdvert } from './advert-table.ts';

export type { KnownAdvert } from './advert-table.ts';

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
  private readonly table = new AdvertTable();
  private readonly bounds: RosterBounds;
  private sorted: KnownAdvert[] | undefined;
  private large = false;
  /** By source, the adverts that are here, and those of them of peers for whom the mesh is large. */
  private readonly told = new Map<string | undefined, { all: number; sampled: number }>();
  /** The sums of both, as far as one source counts. */
  private readonly weight = { all: 0, sampled: 0 };
  private dropped = 0;

  constructor(bounds: RosterBounds) {
    this.bounds = bounds;
  }

  /** Keeps the advert if it is newer than what is held of that peer. `clockAheadMs`: of our time over the clock that others see. */
  add(advert: Counted, now: number, source?: string, clockAheadMs = 0): boolean {
    const { table } = this;
    const { seq, at, ttlMs } = advert.value;
    const known = table.placeOf(advert.author);
    if (known !== undefined) {
      if ((table.adverts[known] as Counted).value.seq >= seq) return false;
      this.count(known, -1);
    } else if (this.size >= this.bounds.max) this.dropOne();
    // Passed on late, it lives as much shorter, as far as clocks may be believed.
    const expiresAt = Math.min(now, at + clockAheadMs + limits.maxClockSkewMs) + ttlMs;
    this.count(table.set(unshared(advert), now, expiresAt, source), 1);
    this.sorted = undefined;
    this.weigh();
    return true;
  }

  get(peer: PeerId): KnownAdvert | undefined {
    const place = this.table.placeOf(peer);
    return place === undefined ? undefined : this.table.at(place);
  }

  has(peer: PeerId): boolean {
    return this.table.placeOf(peer) !== undefined;
  }

  /** By peer id, so that nobody's order of arrival shows. */
  all(): readonly KnownAdvert[] {
    return (this.sorted ??= this.table.all().sort((a, b) => (a.author < b.author ? -1 : 1)));
  }

  get size(): number {
    return this.table.size;
  }

  /** Whether the mesh is too large for everybody to know everybody. */
  get isLarge(): boolean {
    return this.large;
  }

  /** Up to so many of those that fit, drawn evenly: looked at in a random order, of which no more is made than it takes. */
  sample(count: number, random: Random, fits: (advert: KnownAdvert) => boolean): KnownAdvert[] {
    if (count >= this.size) return this.table.all().filter(fits);
    const drawn: KnownAdvert[] = [];
    const moved = new Map<number, number>();
    for (let left = this.size; left > 0 && drawn.length < count; left -= 1) {
      const i = random.integer(left);
      const advert = this.table.at(moved.get(i) ?? i);
      moved.set(i, moved.get(left - 1) ?? left - 1);
      if (fits(advert)) drawn.push(advert);
    }
    return drawn;
  }

  forgetExpired(now: number): void {
    const { expiresAt } = this.table;
    this.forgetWhere((place) => (expiresAt[place] as number) <= now);
  }

  forget(isGone: (advert: KnownAdvert) => boolean): void {
    this.forgetWhere((place) => isGone(this.table.at(place)));
  }

  /** Who advertises shards of a dataset. */
  holdersOf(dataset: Cid): KnownAdvert[] {
    return this.all().filter((advert) => advert.value.datasets.some((holding) => holding.cid === dataset));
  }

  /** From the end: what takes the place of a deleted one was looked at before. */
  private forgetWhere(isGone: (place: number) => boolean): void {
    const before = this.size;
    for (let place = before - 1; place >= 0; place -= 1) if (isGone(place)) this.delete(place);
    if (this.size === before) return;
    this.sorted = undefined;
    this.weigh();
  }

  private weigh(): void {
    const { largeAbove, smallBelow } = this.bounds;
    const { all, sampled } = this.weight;
    if (this.size < smallBelow) this.large = false;
    else if (all > largeAbove || 4 * sampled > this.size) this.large = true;
  }

  private delete(place: number): void {
    this.count(place, -1);
    this.table.delete(place);
  }

  private count(place: number, by: 1 | -1): void {
    const source = this.table.sources[place];
    const told = this.told.get(source) ?? { all: 0, sampled: 0 };
    this.weightOf(told, -1);
    told.all += by;
    if ((this.table.adverts[place] as Counted).value.ttlMs >= this.bounds.sampledTtlMs) told.sampled += by;
    this.weightOf(told, 1);
    if (told.all === 0) this.told.delete(source);
    else this.told.set(source, told);
  }

  private weightOf({ all, sampled }: { all: number; sampled: number }, by: 1 | -1): void {
    this.weight.all += by * Math.min(all, this.bounds.largeAbove / 2);
    this.weight.sampled += by * Math.min(sampled, this.bounds.smallBelow / 4);
  }

  private dropOne(): void {
    const { sources, blocks } = this.table;
    const sizes = new Map<string, number>();
    const count = (group: string): void => void sizes.set(group, (sizes.get(group) ?? 0) + 1);
    sources.forEach((source, place) => {
      const block = blocks[place] as string;
      if (source === undefined) return;
      count(source);
      if (block !== '' && block !== source) count(block);
    });
    let largest = '';
    for (const [group, size] of sizes) if (size > (sizes.get(largest) ?? 0)) largest = group;
    const members = [...sources.keys()].filter((place) => sources[place] !== undefined && (sources[place] === largest || blocks[place] === largest));
    this.dropped += 1;
    const one = members[(Math.imul(this.dropped, spread) >>> 0) % members.length];
    if (one !== undefined) this.delete(one);
  }
}

/** With its own copy of the bytes: an advert of half a kilobyte must not hold the message of a megabyte in which it came. */
function unshared(advert: Counted): Counted {
  const { bytes } = advert;
  return bytes.buffer.byteLength > 2 * bytes.length ? { ...advert, bytes: bytes.slice() } : advert;
}
