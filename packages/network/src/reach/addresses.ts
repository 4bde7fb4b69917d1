import type { Multiaddr } from '@multiformats/multiaddr';
import { isPrivate } from '@libp2p/utils';

/** IP address and port of a TCP address; undefined for anything else, a relayed one above all. */
export interface Endpoint {
  family: 'ip4' | 'ip6';
  ip: string;
  port: number;
}

export function endpointOf(address: Multiaddr): Endpoint | undefined {
  if (isRelayed(address)) return undefined;
  const parts = address.getComponents();
  const ip = parts.find(({ name }) => name === 'ip4' || name === 'ip6');
  const tcp = parts.find(({ name }) => name === 'tcp');
  if (ip?.value === undefined || tcp?.value === undefined) return undefined;
  return { family: ip.name as 'ip4' | 'ip6', ip: ip.value, port: Number(tcp.value) };
}

/** By way of a relay. */
export function isRelayed(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit');
}

export function isLoopback(address: Multiaddr): boolean {
  const ip = endpointOf(address)?.ip;
  return ip !== undefined && (ip.startsWith('127.') || ip === '::1' || ip.startsWith('::ffff:127.'));
}

/** Meant for the whole Internet, as far as its number tells. */
export function isGlobal(address: Multiaddr): boolean {
  return endpointOf(address) !== undefined && !isPrivate(address) && !isLoopback(address);
}

/** The relay's id in a relayed address. */
export function relayOf(address: Multiaddr): string | undefined {
  const parts = address.getComponents();
  const circuit = parts.findIndex(({ name }) => name === 'p2p-circuit');
  return circuit < 0 ? undefined : parts.slice(0, circuit).findLast(({ name }) => name === 'p2p')?.value;
}
