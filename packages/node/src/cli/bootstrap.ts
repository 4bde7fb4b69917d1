import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@shoal/runtime';
import { InvalidArgumentError } from 'commander';
import { limits } from '../limits.ts';

const expected = 'Expected the address that the other peer printed: /ip4/…/tcp/…/p2p/12D3KooW…, or @FILE with one such address a line.';

/** A multiaddr of a peer, or `@FILE` with one a line and `#` before comments; only their shape is checked here. */
export function collectPeerAddresses(text: string, before: string[] | undefined): string[] {
  if (text.startsWith('@')) return [...(before ?? []), ...addressesIn(text.slice(1))];
  if (!isPeerAddress(text)) throw new InvalidArgumentError(expected);
  return [...(before ?? []), text];
}

function isPeerAddress(text: string): boolean {
  return /^\/.+\/p2p\/[1-9A-HJ-NP-Za-km-z]+$/u.test(text);
}

function addressesIn(path: string): string[] {
  const found = new Set<string>();
  for (const [index, line] of read(path).split(/\r?\n/u).entries()) {
    const address = line.replace(/#.*$/u, '').trim();
    if (address === '') continue;
    if (!isPeerAddress(address)) throw new InvalidArgumentError(`Line ${index + 1} of ${path} is "${address.slice(0, 80)}". ${expected}`);
    found.add(address);
  }
  if (found.size === 0) throw new InvalidArgumentError(`There is no address in ${path}. ${expected}`);
  if (found.size > limits.maxBootstrapAddresses) {
    throw new InvalidArgumentError(`There are ${found.size} addresses in ${path}: at most ${limits.maxBootstrapAddresses} are of use, any peer of the mesh will do.`);
  }
  return [...found];
}

function read(path: string): string {
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new Error('it is not a file');
    if (info.size > limits.maxBootstrapFileBytes) throw new Error(`it has ${info.size} bytes, expected at most ${limits.maxBootstrapFileBytes}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`Cannot read ${path === '' ? 'a file without a name' : path}: ${messageOf(error)}.`);
  }
}
