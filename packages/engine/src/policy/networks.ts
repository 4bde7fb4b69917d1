/** Blocks of addresses that one owner has, mostly: /24 of IPv4, /48 of IPv6. */

/**
 * The block of a multiaddr; undefined where it is none of an IP address, leads through a relay, or is of a private network
 * and those do not count.
 */
export function networkOf(address: string, withPrivate: boolean): string | undefined {
  const [, kind, host, ...rest] = address.split('/');
  if (host === undefined || rest.includes('p2p-circuit')) return undefined;
  if (kind === 'ip4') return blockOf4(host, withPrivate);
  return kind === 'ip6' ? blockOf6(host, withPrivate) : undefined;
}

function blockOf4(host: string, withPrivate: boolean): string | undefined {
  const bytes = host.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)) return undefined;
  const [a, b, c] = bytes as [number, number, number];
  if (!withPrivate && isPrivate4(a, b)) return undefined;
  return `${a}.${b}.${c}.0/24`;
}

/** Loopback, link-local, RFC 1918, and the shared addresses of carriers, behind which strangers sit together. */
function isPrivate4(a: number, b: number): boolean {
  return a === 0 || a === 10 || a === 127 || (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128);
}

function blockOf6(host: string, withPrivate: boolean): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped?.[1] !== undefined) return blockOf4(mapped[1], withPrivate);
  const [head = '', tail] = host.toLowerCase().split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (gap < 0 || (tail === undefined && gap !== 0)) return undefined;
  const words = [...left, ...Array.from({ length: gap }, () => '0'), ...right].map((word) => Number.parseInt(word, 16));
  if (words.some((word) => !Number.isInteger(word) || word < 0 || word > 0xffff)) return undefined;
  const [first, second, third] = words as [number, number, number];
  // Everything beside the global addresses: loopback, unique local, link-local.
  if (!withPrivate && (first & 0xe000) !== 0x2000) return undefined;
  return `${[first, second, third].map((word) => word.toString(16)).join(':')}::/48`;
}
