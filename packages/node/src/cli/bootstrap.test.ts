import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressLimits as limits } from '@shoal/runtime';
import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { peerId } from '../testing/scripted-peer.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { collectPeerAddresses } from './bootstrap.ts';

const address = (port: number): string => `/ip4/192.0.2.7/tcp/${port}/p2p/${peerId}`;

test('an address that is none is told apart from one that is', () => {
  expect(collectPeerAddresses(address(1), [address(2)])).toEqual([address(2), address(1)]);
  expect(collectPeerAddresses('/dnsaddr/mesh.example.org', undefined)).toEqual(['/dnsaddr/mesh.example.org']);
  for (const wrong of ['127.0.0.1:4001', '/ip4/127.0.0.1/tcp/4001', '/dnsaddr/', '/dnsaddr/two words']) expect(() => collectPeerAddresses(wrong, undefined)).toThrow('the address that the other peer printed');
});

test('a file has an address a line, with comments, once each', async () => {
  await using folder = await tempDir();
  const path = join(folder.path, 'peers');
  await writeFile(path, `# our two\r\n\n${address(1)}\n  ${address(2)} # the second\n${address(1)}\n`);
  expect(collectPeerAddresses(`@${path}`, [address(3)])).toEqual([address(3), address(1), address(2)]);
});

test('a file that cannot be used says why, with the line', async () => {
  await using folder = await tempDir();
  const path = join(folder.path, 'peers');
  const refuses = async (text: string, why: string): Promise<void> => {
    await writeFile(path, text);
    expect(() => collectPeerAddresses(`@${path}`, undefined)).toThrow(why);
  };
  await refuses(`${address(1)}\n192.0.2.7:4001\n`, 'Line 2 of');
  await refuses('# nothing yet\n', 'There is no address in');
  await refuses('#'.repeat(limits.maxBootstrapFileBytes + 1), `expected at most ${limits.maxBootstrapFileBytes}`);
  const lines = (count: number): string => Array.from({ length: count }, (_, port) => address(port + 1)).join('\n');
  await refuses(lines(limits.maxBootstrapAddresses + 1), `at most ${limits.maxBootstrapAddresses}`);
  await writeFile(path, lines(limits.maxBootstrapAddresses));
  expect(collectPeerAddresses(`@${path}`, undefined)).toHaveLength(limits.maxBootstrapAddresses);
  for (const wrong of [`@${join(folder.path, 'none')}`, `@${folder.path}`, '@']) expect(() => collectPeerAddresses(wrong, undefined)).toThrow(InvalidArgumentError);
});
