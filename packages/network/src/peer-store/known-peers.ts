import { messageOf, type Cancel, type Clock, type Logger, type PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import { readPeerFile, writePeerFile, type StoredPeer } from './peer-file.ts';

/** Peers that could be dialled, by what we and they said of them; those met are kept across restarts. */
export interface KnownPeers {
  load(): Promise<void>;
  /** Where a peer listens; replaces what was known. */
  learn(peer: PeerId, addresses: string[]): void;
  /** We were connected to it just now: it goes to the front, and into the file. */
  met(peer: PeerId): void;
  addressesOf(peer: PeerId): string[];
  /** Most recently met first. */
  list(): StoredPeer[];
  /** Writes what is not yet written, and ends. */
  close(): Promise<void>;
}

interface Known {
  addresses: string[];
  /** Order of the last meeting; 0 for a peer only heard of. */
  metAt: number;
}

export interface KnownPeersInit {
  self: PeerId;
  path: string | undefined;
  mesh: string;
  clock: Clock;
  logger: Logger;
  limits: NetworkLimits;
}

export function createKnownPeers(init: KnownPeersInit): KnownPeers {
  const { limits, path } = init;
  const known = new Map<PeerId, Known>();
  let meetings = 0;
  let pending: Cancel | undefined;
  let writing: Promise<void> = Promise.resolve();
  let closed = false;

  const list = (): StoredPeer[] =>
    [...known].sort(([, a], [, b]) => b.metAt - a.metAt).map(([peer, { addresses }]) => ({ peer, addresses }));

  const write = (): void => {
    pending = undefined;
    if (path === undefined) return;
    const peers = list().filter(({ peer, addresses }) => addresses.length > 0 && (known.get(peer)?.metAt ?? 0) > 0);
    writing = writing
      .then(() => writePeerFile(path, init.mesh, peers.slice(0, limits.maxStoredPeers)))
      .catch((error: unknown) => init.logger.warn('Cannot write the file of known peers', { path, reason: messageOf(error) }));
  };

  const writeSoon = (): void => {
    if (path === undefined || closed) return;
    pending ??= init.clock.setTimer(limits.storeDelayMs, write);
  };

  /** The one heard of longest ago gives way, before any that was met. */
  const makeRoom = (): void => {
    if (known.size < limits.maxKnownPeers) return;
    let victim: PeerId | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [peer, { metAt }] of known) {
      if (metAt < oldest) {
        oldest = metAt;
        victim = peer;
      }
    }
    if (victim !== undefined) known.delete(victim);
  };

  const entry = (peer: PeerId): Known => {
    let found = known.get(peer);
    if (found === undefined) {
      makeRoom();
      found = { addresses: [], metAt: 0 };
      known.set(peer, found);
    }
    return found;
  };

  return {
    async load() {
      if (path === undefined) return;
      const stored = await readPeerFile(path, init.mesh, limits, init.logger);
      for (const { peer, addresses } of stored.reverse()) {
        if (peer === init.self) continue;
        const found = entry(peer);
        found.addresses = addresses;
        found.metAt = ++meetings;
      }
    },
    learn(peer, addresses) {
      if (peer === init.self || addresses.length === 0) return;
      const found = entry(peer);
      found.addresses = addresses.slice(0, limits.maxAddressesPerPeer);
      if (found.metAt > 0) writeSoon();
    },
    met(peer) {
      if (peer === init.self) return;
      entry(peer).metAt = ++meetings;
      writeSoon();
    },
    addressesOf: (peer) => known.get(peer)?.addresses ?? [],
    list,
    async close() {
      closed = true;
      if (pending !== undefined) {
        pending();
        write();
      }
      await writing;
    },
  };
}
