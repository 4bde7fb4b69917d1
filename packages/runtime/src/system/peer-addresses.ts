import { readFileSync, statSync } from 'node:fs';
import { messageOf, ShoalError } from '../errors.ts';
import { addressLimits } from './address-limits.ts';

const expected = 'Expected the address that the other peer printed: /ip4/…/tcp/…/p2p/12D3KooW…, or /dnsaddr/ and a DNS name, or @FILE with one of these a line.';

/**
 * Where to join a mesh by: a multiaddr of a peer, `/dnsaddr/` and a DNS name whose TXT records at `_dnsaddr.` say `dnsaddr=`
 * and one, or `@FILE` with one a line and `#` before comments. Only their shape is checked here. Fails with `addresses-invalid`.
 */
export function readPeerAddresses(text: string): string[] {
  if (text.startsWith('@')) return addressesIn(text.slice(1));
  if (!isPeerAddress(text)) throw invalid(`Cannot join by "${text.slice(0, 80)}". ${expected}`);
  return [text];
}

function isPeerAddress(text: string): boolean {
  return /^\/.+\/p2p\/[1-9A-HJ-NP-Za-km-z]+$/u.test(text) || /^\/dnsaddr\/[\w.-]+$/u.test(text);
}

function addressesIn(path: string): string[] {
  const found = new Set<string>();
  for (const [index, line] of read(path).split(/\r?\n/u).entries()) {
    const address = line.replace(/#.*$/u, '').trim();
    if (address === '') continue;
    if (!isPeerAddress(address)) throw invalid(`Line ${index + 1} of ${path} is "${address.slice(0, 80)}". ${expected}`);
    found.add(address);
  }
  if (found.size === 0) throw invalid(`There is no address in ${path}. ${expected}`);
  if (found.size > addressLimits.maxBootstrapAddresses) {
    throw invalid(`There are ${found.size} addresses in ${path}: at most ${addressLimits.maxBootstrapAddresses} are of use, any peer of the mesh will do.`);
  }
  return [...found];
}

function read(path: string): string {
  const { maxBootstrapFileBytes } = addressLimits;
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new Error('it is not a file');
    if (info.size > maxBootstrapFileBytes) throw new Error(`it has ${info.size} bytes, expected at most ${maxBootstrapFileBytes}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`Cannot read ${path === '' ? 'a file without a name' : path}: ${messageOf(error)}.`);
  }
}

function invalid(text: string): ShoalError {
  return new ShoalError('addresses-invalid', text, { hint: 'Any one peer of the mesh will do.' });
}
