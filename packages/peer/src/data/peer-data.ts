import { resolve } from 'node:path';
import { limits } from '@shoal/protocol';
import type { DatasetView, PeerData } from '../api.ts';
import { offenceReporter } from '../compose/offences.ts';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { fetchBlob } from '../transfer/index.ts';
import { awaitHolders } from './await-holders.ts';
import { datasetOwner } from './datasets.ts';
import { readFolder } from './read-folder.ts';
import { resolveCid } from './resolve-cid.ts';
import { writeOut } from './write-out.ts';

/** Tells the engine, and through it the mesh, which datasets are here. */
export async function announceHoldings({ datasets, driver, network }: Parts): Promise<void> {
  const holdings = await datasets.holdings();
  for (const { cid } of holdings) network.provide(cid);
  driver.handle({ type: 'holdings', holdings });
}

/** The data of one peer. */
export function createPeerData(parts: Parts): PeerData {
  const { store, datasets, network, stopping } = parts;
  return {
    async add(path, options = {}): Promise<DatasetView> {
      const folder = await readFolder(path, options.only);
      const name = options.name ?? folder.name;
      if (name.length === 0 || name.length > limits.maxNameLength) {
        throw new PeerError('data-unreadable', `Cannot name a dataset "${name.slice(0, 40)}…": expected 1 to ${limits.maxNameLength} characters`);
      }
      const signal = options.signal === undefined ? stopping : AbortSignal.any([stopping, options.signal]);
      const onProgress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
      const { cid } = await store.importDirectory(folder.files, { signal, owner: datasetOwner(name), ...onProgress });
      await datasets.add(cid, name);
      await announceHoldings(parts);
      return datasets.view(cid, name);
    },

    list: () => datasets.views(),

    async get(text, to, options = {}): Promise<{ bytes: number }> {
      const signal = options.signal === undefined ? stopping : AbortSignal.any([stopping, options.signal]);
      const root = await resolveCid(parts, text, { waitMs: peerDefaults.awaitNameMs, signal });
      if (!(await store.has(root))) {
        const onProgress = options.onProgress;
        const from = await awaitHolders(parts, root, { signal });
        await fetchBlob({ root, from, store, network, clock: parts.clock, signal, offence: offenceReporter(parts), ...(onProgress === undefined ? {} : { onProgress: (progress) => onProgress(progress.bytesFetched) }) });
      }
      return { bytes: await writeOut(store, root, resolve(to), signal) };
    },

    async remove(text): Promise<{ freedBytes: number }> {
      const root = await resolveCid(parts, text, { waitMs: 0, signal: stopping });
      if (!(await datasets.remove(root))) {
        throw new PeerError('dataset-unknown', `Cannot remove ${text}: this peer holds no dataset of that name or CID`, { hint: '`shoal data ls` lists them.' });
      }
      network.unprovide(root);
      await announceHoldings(parts);
      return { freedBytes: await store.collect() };
    },
  };
}
