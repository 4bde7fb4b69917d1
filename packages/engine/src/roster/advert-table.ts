import type { PeerId } from '@shoal/runtime';
import type { Counted } from '../policy/membership.ts';
import { blockOf } from './address-block.ts';

export interface KnownAdvert extends Counted {
  receivedAt: number;
  expiresAt: number;
  /** Who told: a peer, or the block of public addresses at which it is seen; none for our own. */
  source: string | undefined;
}

/**
 * One advert a peer, each at a place, in columns: looking through a column of times costs a tenth of looking through as
 * many objects, and a simulated mesh of ten thousand has seven million of these. Places change when one is deleted.
 */
export class AdvertTable {
  readonly adverts: Counted[] = [];
  readonly receivedAt: number[] = [];
  readonly expiresAt: number[] = [];
  readonly sources: (string | undefined)[] = [];
  /** The block of public addresses at which each says that it can be dialled; no proof. Empty where it says none. */
  readonly blocks: string[] = [];
  private readonly places = new Map<PeerId, number>();

  get size(): number {
    return this.adverts.length;
  }

  placeOf(peer: PeerId): number | undefined {
    return this.places.get(peer);
  }

  /** At the place of the one before of the same peer, or at a new one. */
  set(advert: Counted, receivedAt: number, expiresAt: number, source: string | undefined): number {
    let place = this.places.get(advert.author);
    if (place === undefined) this.places.set(advert.author, (place = this.size));
    this.adverts[place] = advert;
    this.receivedAt[place] = receivedAt;
    this.expiresAt[place] = expiresAt;
    this.sources[place] = source;
    this.blocks[place] = blockOf(advert.value.addresses);
    return place;
  }

  /** The last one takes its place. */
  delete(place: number): void {
    this.places.delete((this.adverts[place] as Counted).author);
    const last = this.size - 1;
    if (place !== last) this.places.set((this.adverts[last] as Counted).author, place);
    for (const column of [this.adverts, this.receivedAt, this.expiresAt, this.sources, this.blocks] as unknown[][]) {
      column[place] = column[last];
      column.pop();
    }
  }

  all(): KnownAdvert[] {
    return this.adverts.map((_, place) => this.at(place));
  }

  at(place: number): KnownAdvert {
    const { id, author, value, bytes, invitation } = this.adverts[place] as Counted;
    return { id, author, value, bytes, invitation, receivedAt: this.receivedAt[place] as number, expiresAt: this.expiresAt[place] as number, source: this.sources[place] };
  }
}
