import type { IdentifyResult, PeerId as Libp2pPeerId } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { messageOf, type Clock, type Logger, type Metrics, type PeerId, type Random } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { repeat } from '../timing/repeat.ts';
import { endpointOf, isGlobal, isLoopback, isRelayed } from './addresses.ts';
import { createDialBack } from './dial-back.ts';
import type { NatKind, Observed } from './observed.ts';
import { createReachability, type Verdict, type Witness } from './reachability.ts';
import { createRelayClient } from './relay-client.ts';

export interface ReachInit {
  node: MeshNode;
  protocol: string;
  observed: Observed;
  isFromOnePort: (address: ReturnType<typeof multiaddr>) => boolean;
  ownIps(): string[];
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  signal: AbortSignal;
}

export interface ReachStatus {
  verdict: Verdict;
  nat: NatKind;
  /** Through whom others reach this peer. */
  relays: PeerId[];
  /** Whether this peer relays for others, and for whom. */
  relaying: boolean;
  guests: PeerId[];
}

/** Finds out whether others can dial this peer, and sees to it that they reach it all the same. */
export interface Reach {
  serve(): Promise<void>;
  /** The node listens: its own global addresses are told to others until it is known that they lead nowhere. */
  listening(): void;
  status(): ReachStatus;
  /** A relay of ours, or a guest: its connection is not to be given up. */
  isUseful(peer: PeerId): boolean;
  run(): Promise<void>;
  stop(): void;
}

export function createReach(init: ReachInit): Reach {
  const { node, observed, clock, logger, limits, signal } = init;
  const { inside, relay, dht } = node.services;
  const dialBack = createDialBack(init);
  const reachability = createReachability(clock, limits);
  const client = createRelayClient({ ...init, transports: inside.transportManager });
  const seenFrom = new Map<PeerId, string>();
  let ips = '';

  const onIdentify = ({ detail }: CustomEvent<IdentifyResult>): void => {
    const seen = detail.observedAddr === undefined ? undefined : endpointOf(detail.observedAddr);
    const { connection } = detail;
    if (seen === undefined || isRelayed(connection.remoteAddr) || isLoopback(connection.remoteAddr)) return;
    const peer = detail.peerId.toString() as PeerId;
    if (seenFrom.size >= limits.maxConnections) seenFrom.clear();
    seenFrom.set(peer, seen.ip);
    if (connection.direction !== 'outbound') return;
    observed.note(peer, seen, init.isFromOnePort(connection.remoteAddr));
  };
  const onDisconnect = ({ detail }: CustomEvent<Libp2pPeerId>): void => {
    const peer = detail.toString() as PeerId;
    seenFrom.delete(peer);
    observed.forget(peer);
  };
  node.addEventListener('peer:identify', onIdentify);
  node.addEventListener('peer:disconnect', onDisconnect);

  const witnesses = (own: readonly string[]): Witness[] => {
    const found = new Map<PeerId, Witness>();
    for (const { remotePeer, remoteAddr } of node.getConnections()) {
      if (isRelayed(remoteAddr) || isLoopback(remoteAddr)) continue;
      const peer = remotePeer.toString() as PeerId;
      const seen = seenFrom.get(peer);
      if (seen === undefined) continue; // not identified yet: it would not know our ports
      found.set(peer, { peer, far: isGlobal(remoteAddr) || !own.includes(seen) });
    }
    return [...found.values()];
  };

  /** Reached at the address that a NAT shows: somebody has forwarded the port, and others may be told. */
  const announceOuter = (by: PeerId, own: readonly string[]): void => {
    const ip = seenFrom.get(by);
    if (ip === undefined || own.includes(ip)) return;
    const ports = new Set(inside.transportManager.getAddrs().map((address) => endpointOf(address)?.port).filter((port) => port !== undefined));
    for (const port of [...ports].slice(0, limits.maxDialBackPorts)) {
      inside.addressManager.confirmObservedAddr(multiaddr(`/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/${port}`), { type: 'observed' });
    }
  };

  /** libp2p keeps global addresses to itself until they are proven; but the first peer of a mesh has nobody to prove them. */
  const announceOwn = (): void => {
    for (const address of inside.transportManager.getAddrs()) {
      if (!isGlobal(address)) continue;
      if (reachability.verdict === 'unreachable') inside.addressManager.removeObservedAddr(address);
      else inside.addressManager.confirmObservedAddr(address, { type: 'transport' });
    }
  };

  const ask = async (peer: PeerId, own: readonly string[]): Promise<void> => {
    const answer = await dialBack.ask(peer);
    reachability.note(peer, answer === 'refused' ? 'refused' : answer.reached === undefined ? 'not reached' : 'reached');
    if (answer !== 'refused' && answer.reached !== undefined) announceOuter(peer, own);
  };

  const turn = async (): Promise<void> => {
    try {
      const own = init.ownIps();
      const mapped = inside.addressManager.getAddressesWithMetadata().filter(({ type }) => type === 'ip-mapping').map(({ multiaddr: address }) => address.toString());
      const now = [...own, ...mapped].toSorted().join(' ');
      if (now !== ips && ips !== '') {
        logger.info('The addresses of this machine have changed', { addresses: [...own, ...mapped] });
        reachability.moved();
      }
      ips = now;
      const before = reachability.verdict;
      await Promise.all(reachability.due(witnesses(own)).map((peer) => ask(peer, own)));
      const { verdict } = reachability;
      announceOwn();
      if (verdict !== before) {
        logger.info('Whether others can dial this peer', { verdict });
        // One that nobody can dial is no place for records.
        await dht.setMode(verdict === 'unreachable' ? 'client' : 'server');
        await (verdict === 'reachable' ? relay.open() : relay.close());
      }
      if (verdict === 'unreachable') await client.turn();
    } catch (error) {
      if (!signal.aborted) logger.warn('Looking after reachability failed', { reason: messageOf(error) });
    }
  };

  return {
    serve: () => dialBack.serve(),
    listening: announceOwn,
    status: () => ({
      verdict: reachability.verdict,
      nat: observed.kind(init.ownIps()),
      relays: client.relays(),
      relaying: relay.isOpen,
      guests: relay.guests(),
    }),
    isUseful: (peer) => client.relays().includes(peer) || relay.guests().includes(peer),
    run: () => repeat(clock, limits.reachTurnMs, signal, turn),
    stop() {
      node.removeEventListener('peer:identify', onIdentify);
      node.removeEventListener('peer:disconnect', onDisconnect);
    },
  };
}
