import type { Clock, Doorkeeper, Logger, Metrics, Random } from '@shoal/runtime';
import { multiaddr } from '@multiformats/multiaddr';
import { networkDefaults, type NetworkLimits } from './defaults.ts';
import { NetworkError } from './errors.ts';
import { meshPattern } from './names.ts';

export interface NetworkOptions {
  /** 32-byte Ed25519 seed: the peer's identity. */
  seed: Uint8Array;
  /** Name of the mesh; peers of different meshes never talk. Lower-case letters, digits, dashes. */
  mesh: string;
  /** Multiaddrs to listen on, for example `/ip4/127.0.0.1/tcp/0`. */
  listen: string[];
  /** Multiaddrs of peers to join by. Without any, the peer is ready alone. */
  bootstrap: string[];
  /** File that remembers peers from one run to the next. */
  peerStorePath?: string;
  /** Of a private mesh: whom to let in. Without one, anybody of the same mesh may come. */
  doorkeeper?: Doorkeeper | undefined;
  /** Find peers on the local network by multicast. */
  mdns: boolean;
  /** Have the router forward the ports that this peer listens on, where it speaks UPnP. */
  upnp?: boolean;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  /** Count what libp2p and the process do as well, for `figures()`. It costs a little on each stream. */
  countAll?: boolean;
  limits?: Partial<NetworkLimits>;
}

/** Checks what a caller gave; fails with `network-options-invalid` or `address-invalid`. */
export function checkOptions(options: NetworkOptions): NetworkLimits {
  if (options.seed.length !== 32) {
    throw new NetworkError('network-options-invalid', `Cannot use a key seed of ${options.seed.length} bytes: expected 32`);
  }
  if (!meshPattern.test(options.mesh)) {
    throw new NetworkError('network-options-invalid', `Cannot use "${options.mesh}" as the name of a mesh: expected ${meshPattern.source}`, {
      hint: 'Use up to 32 lower-case letters, digits and dashes.',
    });
  }
  for (const address of [...options.listen, ...options.bootstrap]) parseAddress(address);
  return { ...networkDefaults, ...options.limits };
}

/** A multiaddr from text; fails with `address-invalid`. */
export function parseAddress(text: string): ReturnType<typeof multiaddr> {
  try {
    const address = multiaddr(text);
    if (address.getComponents().length > 0) return address;
    throw new Error('it is empty');
  } catch (cause) {
    throw new NetworkError('address-invalid', `Cannot read "${text.slice(0, 200)}" as an address: expected a multiaddr`, {
      cause,
      hint: 'For example /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
    });
  }
}
