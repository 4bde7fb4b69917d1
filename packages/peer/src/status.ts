import { peerIdOf } from '@shoal/protocol';
import type { KnownPeer, PeerOptions, PeerStatus } from './api.ts';
import { policyViewOf } from './compose/policy.ts';
import type { Parts } from './parts.ts';
import type { Runs } from './run/runs.ts';

/** How this peer is, for a person. */
export async function statusOf(parts: Parts, runs: Runs, about: { dataDir: string | undefined; startedAt: number; caps: PeerStatus['caps']; ownersWords: PeerOptions }): Promise<PeerStatus> {
  const { network, engine, clock, store, executor } = parts;
  const net = network.status();
  const work = runs.list(clock.now());
  const open = [...engine.requested.values()].filter((job) => job.outcome === 'open' && job.authority === 'requester').length;
  return {
    peer: network.peerId,
    mesh: engine.config.mesh,
    ...(about.dataDir === undefined ? {} : { dataDir: about.dataDir }),
    addresses: net.addresses,
    ready: net.ready,
    ...(net.readyAfterMs === undefined ? {} : { readyAfterMs: net.readyAfterMs }),
    joining: net.joining,
    neighbours: net.neighbours,
    knownPeers: knownPeers(parts).length,
    slots: engine.config.slots,
    running: work.length,
    isolation: executor?.info().isolation ?? 'none',
    ...(engine.config.policy.minIsolation === undefined ? {} : { minIsolation: engine.config.policy.minIsolation }),
    ...(engine.config.operator === undefined ? {} : { operator: peerIdOf(engine.config.operator.key) }),
    policy: policyViewOf(engine.config.policy, about.ownersWords, clock.now()),
    fuelPerSecond: executor?.info().fuelPerSecond ?? 0,
    work,
    jobs: { open, entrusted: engine.stewarded.size },
    bytesSent: net.bytesSent,
    bytesReceived: net.bytesReceived,
    caps: about.caps,
    dials: net.dials,
    storedBytes: (await store.usage()).bytes,
    reach: net.reach,
    links: network.connections().map((link) => ({ ...link, way: isRelayed(link.address) ? ('relayed' as const) : ('direct' as const) })),
    startedAt: about.startedAt,
  };
}

function wayOf(address: string | undefined): { way?: 'direct' | 'relayed' } {
  return address === undefined ? {} : { way: isRelayed(address) ? 'relayed' : 'direct' };
}

function isRelayed(address: string): boolean {
  return address.includes('/p2p-circuit');
}

/** The others, as their adverts describe them, and neighbours that have not advertised yet. */
export function knownPeers({ engine, network, clock }: Parts): KnownPeer[] {
  const now = clock.now();
  // A direct way comes last, and so counts where there are two.
  const ways = network.connections().toSorted((a, b) => Number(isRelayed(b.address)) - Number(isRelayed(a.address)));
  const connected = new Map(ways.map(({ peer, address }) => [peer, address]));
  const known: KnownPeer[] = [];
  for (const { author, value, invitation, receivedAt, expiresAt } of engine.roster.all()) {
    if (author === network.peerId || expiresAt <= now) continue;
    known.push({
      peer: author,
      connected: connected.has(author),
      ...wayOf(connected.get(author)),
      addresses: value.addresses,
      slots: value.slots,
      free: value.free,
      engines: value.engines,
      isolation: value.isolation,
      labels: value.labels,
      datasets: value.datasets.map(({ cid, name, shards, held }) => ({ cid, name, shards, here: countBits(held) })),
      ...(invitation === undefined ? {} : { member: { roles: invitation.roles, until: invitation.until } }),
      ageMs: now - receivedAt,
    });
    connected.delete(author);
  }
  for (const [peer, address] of connected) {
    known.push({ peer, connected: true, ...wayOf(address), addresses: [address], slots: 0, free: 0, engines: [], isolation: 'unknown', labels: {}, datasets: [], ageMs: 0 });
  }
  return known;
}

function countBits(bitmap: Uint8Array): number {
  let count = 0;
  for (const byte of bitmap) for (let bits = byte; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}
