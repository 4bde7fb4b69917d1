import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { deadline, messageOf, type Logger, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';

/** Dials peers that somebody told us of, a few at a time; failures are logged and not repeated here. */
export interface Dialler {
  /** True when connected. */
  dialPeer(peer: PeerId, addresses: Multiaddr[]): Promise<boolean>;
  dialAddress(address: string): Promise<boolean>;
}

export interface DiallerInit {
  node: MeshNode;
  logger: Logger;
  limits: NetworkLimits;
  signal: AbortSignal;
}

export function createDialler(init: DiallerInit): Dialler {
  const { node, logger, limits, signal } = init;

  const dial = async (target: Multiaddr[]): Promise<boolean> => {
    try {
      await node.dial(target, { signal: deadline(limits.dialTimeoutMs, signal) });
      return true;
    } catch (error) {
      logger.debug('A peer could not be dialled', { address: target[0]?.toString(), reason: messageOf(error) });
      return false;
    }
  };

  return {
    dialPeer(peer, addresses) {
      const whole = addresses.map((address) => withPeer(address, peer)).filter((address) => address !== undefined);
      return whole.length === 0 ? Promise.resolve(false) : dial(whole);
    },
    dialAddress: (address) => dial([multiaddr(address)]),
  };
}

/** The address with the peer's id at its end, or undefined when it names another peer. */
export function withPeer(address: Multiaddr, peer: PeerId): Multiaddr | undefined {
  const named = peerOf(address);
  if (named === undefined) return address.encapsulate(`/p2p/${peer}`);
  return named === peer ? address : undefined;
}

/** The peer id at the end of an address. */
export function peerOf(address: Multiaddr): PeerId | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value as PeerId | undefined;
}

/** Texts that are multiaddrs, without those that are not: they come from others. */
export function readAddresses(texts: readonly string[]): Multiaddr[] {
  const addresses: Multiaddr[] = [];
  for (const text of texts) {
    try {
      const address = multiaddr(text);
      if (address.getComponents().length > 0) addresses.push(address);
    } catch {
      // Said by another peer, and of no use: a peer without a good address is simply not dialled.
    }
  }
  return addresses;
}
