import type { BlobStore, Cid } from '@shoal/runtime';
import { limits, type Holding } from '@shoal/protocol';
import { bitmapOf } from '@shoal/engine';
import type { DatasetView } from '../api.ts';

const ownerPrefix = 'data/';

/** What pins a dataset of that name. */
export function datasetOwner(name: string): string {
  return ownerPrefix + name;
}

/** The datasets that this peer pinned, by the names it gave them. The pins are the only record. */
export class Datasets {
  private readonly store: BlobStore;

  constructor(store: BlobStore) {
    this.store = store;
  }

  async add(cid: Cid, name: string): Promise<void> {
    await this.store.pin(cid, datasetOwner(name));
  }

  /** Drops every name of a dataset; false when it had none. */
  async remove(cid: Cid): Promise<boolean> {
    const owned = (await this.pinned()).filter((dataset) => dataset.cid === cid);
    for (const { name } of owned) await this.store.unpin(cid, datasetOwner(name));
    return owned.length > 0;
  }

  async pinned(): Promise<{ cid: Cid; name: string }[]> {
    const pins = await this.store.pins();
    return pins.flatMap(({ cid, owner }) => (owner.startsWith(ownerPrefix) ? [{ cid, name: owner.slice(ownerPrefix.length) }] : []));
  }

  async views(): Promise<DatasetView[]> {
    return Promise.all((await this.pinned()).map(({ cid, name }) => this.view(cid, name)));
  }

  async view(cid: Cid, name: string): Promise<DatasetView> {
    const entries = await this.store.list(cid);
    const here = entries.filter((entry) => entry.here);
    const sum = (list: typeof entries): number => list.reduce((bytes, entry) => bytes + entry.bytes, 0);
    return { cid, name, shards: entries.length, here: here.length, bytes: sum(entries), bytesHere: sum(here) };
  }

  /** As adverts carry them. */
  async holdings(): Promise<Holding[]> {
    const holdings: Holding[] = [];
    for (const { cid, name } of (await this.pinned()).slice(0, limits.maxDatasetsPerAdvert)) {
      const entries = await this.store.list(cid);
      if (entries.length === 0 || entries.length > limits.maxShards) continue;
      holdings.push({ cid, name: name.slice(0, limits.maxNameLength), shards: entries.length, held: bitmapOf(entries.length, (i) => entries[i]?.here === true) });
    }
    return holdings;
  }
}
