import { multiaddr } from '@multiformats/multiaddr';
import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { peerOf, readAddresses, withPeer } from './dialler.ts';

const peer = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo' as PeerId;
const other = '12D3KooWLq2Ajg3Y6WnuvzjBF3HTwRSn7nZmKvBStkWZg9cYFJMQ' as PeerId;

it('puts the peer at the end of an address, and refuses the address of another', () => {
  expect(withPeer(multiaddr('/ip4/192.0.2.1/tcp/1'), peer)?.toString()).toBe(`/ip4/192.0.2.1/tcp/1/p2p/${peer}`);
  expect(withPeer(multiaddr(`/ip4/192.0.2.1/tcp/1/p2p/${peer}`), peer)?.toString()).toBe(`/ip4/192.0.2.1/tcp/1/p2p/${peer}`);
  expect(withPeer(multiaddr(`/ip4/192.0.2.1/tcp/1/p2p/${other}`), peer)).toBeUndefined();
});

it('names the last peer of an address', () => {
  expect(peerOf(multiaddr(`/ip4/192.0.2.1/tcp/1/p2p/${other}/p2p-circuit/p2p/${peer}`))).toBe(peer);
  expect(peerOf(multiaddr('/ip4/192.0.2.1/tcp/1'))).toBeUndefined();
});

it('leaves out what is no address', () => {
  expect(readAddresses(['nonsense', '/ip4/192.0.2.1/tcp/1', '/ip4/999.0.0.1/tcp/1', '']).map(String)).toEqual(['/ip4/192.0.2.1/tcp/1']);
});
