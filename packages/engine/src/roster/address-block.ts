import { networkOf } from '../policy/networks.ts';

/** The block of the first public address; empty where there is none. */
export function blockOf(addresses: readonly string[]): string {
  for (const address of addresses) {
    const block = networkOf(address, false);
    if (block !== undefined) return block;
  }
  return '';
}
