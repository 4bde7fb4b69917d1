import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPeerAddresses } from './peer-addresses.ts';

const peer = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWGRUkXcGyaWYWWPF5MfRaSCMwCjFnmJ1Uc2DrZ9xHMxmb';

it('reads an address, a DNS name, and files of both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-addresses-'));
  const path = join(folder, 'peers');
  await writeFile(path, `# two ways\n${peer}\n/dnsaddr/mesh.example.org # asked for as _dnsaddr.mesh.example.org\n`);
  expect(readPeerAddresses(`@${path}`)).toEqual([peer, '/dnsaddr/mesh.example.org']);
  expect(readPeerAddresses(peer)).toEqual([peer]);
  await rm(folder, { recursive: true });
});

it('refuses what leads nowhere, and says what it expected', () => {
  for (const text of ['', '192.0.2.7:4001', '/ip4/192.0.2.7/tcp/4001', '/dnsaddr/', '/dnsaddr/a b', '@/no/such/file', '@']) {
    expect(() => readPeerAddresses(text)).toThrow(expect.objectContaining({ code: 'addresses-invalid' }));
  }
});
