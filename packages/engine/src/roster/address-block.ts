const ip4Form = /^\/ip4\/(\d+\.\d+\.\d+)\.\d+\//;
const ip6Form = /^\/ip6\/([0-9a-f:]+)\//i;
/** Groups of an IPv6 address that one customer of a provider is given. */
const ip6Groups = 3;

/** The /24 of the first IPv4 address, or the /48 of the first IPv6 address; empty where there is neither. What a peer says of itself, no proof. */
export function blockOf(addresses: readonly string[]): string {
  for (const address of addresses) {
    const ip4 = ip4Form.exec(address)?.[1];
    if (ip4 !== undefined) return `${ip4}.0/24`;
    const ip6 = ip6Form.exec(address)?.[1];
    if (ip6 !== undefined) return `${ip6.toLowerCase().split(':').slice(0, ip6Groups).join(':')}::/48`;
  }
  return '';
}
