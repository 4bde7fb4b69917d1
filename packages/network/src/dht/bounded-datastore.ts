import { BaseDatastore } from 'datastore-core/base';
import { Key, type KeyQuery, type Pair, type Query } from 'interface-datastore';
import { NotFoundError } from '@libp2p/interface';

/** How many entries keys with a prefix may have. */
export interface Share {
  prefix: string;
  maxEntries: number;
}

/**
 * What libp2p remembers of others (peers, provider records), in memory and bounded: strangers write here.
 * The least recently used entry of the same share gives way.
 */
export class BoundedDatastore extends BaseDatastore {
  readonly #shares: { prefix: string; maxEntries: number; entries: Map<string, Uint8Array> }[];
  readonly #keep: (key: string) => boolean;

  /** Keys outside every share fall into the last one. Keys that `keep` names are never evicted. */
  constructor(shares: Share[], keep: (key: string) => boolean) {
    super();
    this.#shares = shares.map((share) => ({ ...share, entries: new Map() }));
    this.#keep = keep;
  }

  #shareOf(key: string): { maxEntries: number; entries: Map<string, Uint8Array> } {
    return this.#shares.find((share) => key.startsWith(share.prefix)) ?? (this.#shares.at(-1) as Share & { entries: Map<string, Uint8Array> });
  }

  override put(key: Key, value: Uint8Array): Key {
    const name = key.toString();
    const { entries, maxEntries } = this.#shareOf(name);
    entries.delete(name);
    if (entries.size >= maxEntries) {
      for (const oldest of entries.keys()) {
        if (this.#keep(oldest)) continue;
        entries.delete(oldest);
        break;
      }
    }
    entries.set(name, value);
    return key;
  }

  override get(key: Key): Uint8Array {
    const name = key.toString();
    const { entries } = this.#shareOf(name);
    const value = entries.get(name);
    if (value === undefined) throw new NotFoundError();
    entries.delete(name);
    entries.set(name, value);
    return value;
  }

  override has(key: Key): boolean {
    return this.#shareOf(key.toString()).entries.has(key.toString());
  }

  override delete(key: Key): void {
    this.#shareOf(key.toString()).entries.delete(key.toString());
  }

  /** A snapshot: entries come, go and move while somebody reads. */
  #pairs(prefix: string): Pair[] {
    const found: Pair[] = [];
    for (const share of this.#shares) {
      if (!share.prefix.startsWith(prefix) && !prefix.startsWith(share.prefix)) continue;
      for (const [name, value] of share.entries) {
        if (name.startsWith(prefix)) found.push({ key: new Key(name, false), value });
      }
    }
    return found;
  }

  override *_all(query: Query): Generator<Pair> {
    yield* this.#pairs(query.prefix ?? '/');
  }

  override *_allKeys(query: KeyQuery): Generator<Key> {
    for (const { key } of this.#pairs(query.prefix ?? '/')) yield key;
  }
}
