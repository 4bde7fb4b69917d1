import { networkInterfaces } from 'node:os';

/** The IP addresses of this machine, loopback among them; a zone (`%eth0`) is no part of an address. */
export function ownIps(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*$/u, '')));
}
