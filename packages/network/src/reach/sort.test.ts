import { multiaddr } from '@multiformats/multiaddr';
import { expect, it } from 'vitest';
import { addressSorter } from './sort.ts';

const relay = '12D3KooWMccJyAVipr5t5HKyZ1Cc5uACGhujrsy7bRq65cDim85a';
const texts = {
  foreign: '/ip4/192.168.9.2/tcp/4001',
  relayed: `/ip4/45.0.0.1/tcp/4001/p2p/${relay}/p2p-circuit`,
  loopback: '/ip4/127.0.0.1/tcp/4001',
  global: '/ip4/45.0.2.1/tcp/4001',
  near: '/ip4/192.168.1.7/tcp/4001',
};

const sorted = (own: string[], ...names: (keyof typeof texts)[]): string[] =>
  names
    .map((name) => ({ name, address: { multiaddr: multiaddr(texts[name]), isCertified: false } }))
    .toSorted((a, b) => addressSorter(() => own)(a.address, b.address))
    .map(({ name }) => name);

it('tries the own network first, relays late, and the private address of another network after them', () => {
  expect(sorted(['192.168.1.2'], 'foreign', 'relayed', 'loopback', 'global', 'near')).toEqual(['near', 'global', 'relayed', 'foreign', 'loopback']);
});

it('tries loopback first where both may be on one machine', () => {
  expect(sorted(['127.0.0.1', '::1'], 'global', 'loopback')).toEqual(['loopback', 'global']);
});
