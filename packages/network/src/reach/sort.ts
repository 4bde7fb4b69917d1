import type { Address } from '@libp2p/interface';
import { endpointOf, isGlobal, isLoopback, isRelayed } from './addresses.ts';

/**
 * Which address of a peer to try first. One that does not answer costs ten seconds, so those that are more likely to
 * lead nowhere come last: the private address of another network after every other.
 */
export function addressSorter(ownIps: () => readonly string[]): (a: Address, b: Address) => -1 | 0 | 1 {
  return (a, b) => {
    const own = ownIps();
    return Math.sign(rank(a, own) - rank(b, own)) as -1 | 0 | 1;
  };
}

function rank({ multiaddr: address }: Address, own: readonly string[]): number {
  if (isRelayed(address)) return 3;
  const endpoint = endpointOf(address);
  if (endpoint === undefined) return 2; // a name, most likely
  if (isLoopback(address)) return own.some((ip) => ip.startsWith('127.') || ip === '::1') ? 0 : 5;
  if (isGlobal(address)) return 1;
  return own.some((ip) => sameNetwork(ip, endpoint.ip)) ? 0 : 4;
}

/** Nearly every home and office network fits in such a prefix. */
function sameNetwork(one: string, other: string): boolean {
  const separator = one.includes(':') ? ':' : '.';
  const parts = separator === ':' ? 4 : 3;
  if (other.includes(':') !== (separator === ':')) return false;
  return one.split(separator).slice(0, parts).join(separator) === other.split(separator).slice(0, parts).join(separator);
}
