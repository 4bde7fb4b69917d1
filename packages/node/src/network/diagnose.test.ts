import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { diagnose } from './diagnose.ts';
import { describeReach } from './describe-reach.ts';

type Subject = Parameters<typeof diagnose>[0];

const reach = { verdict: 'reachable', nat: 'none', relays: [], relaying: false, guests: [], relayedBytes: 0 } as const;
const subject = {
  addresses: ['/ip4/192.168.1.2/tcp/4001/p2p/x'],
  joining: 'full',
  knownPeers: 9,
  links: [],
  neighbours: 9,
  reach: { ...reach, relays: [], guests: [] },
} satisfies Subject;
const states = (given: Partial<Subject>): string[] => diagnose({ ...subject, ...given }).map(({ state }) => state);
const relay = 'relay' as PeerId;

it('finds nothing to mend where all is well', () => {
  expect(states({})).toEqual(['good', 'good', 'good']);
});

it.for<[string, Partial<Subject>, string]>([
  ['a peer that knows nobody', { neighbours: 0, joining: 'alone' }, '--bootstrap'],
  ['a peer that is cut off', { joining: 'isolated', neighbours: 0 }, 'connected'],
  ['a peer that listens on loopback', { addresses: ['/ip4/127.0.0.1/tcp/1/p2p/x', '/ip4/1.2.3.4/tcp/1/p2p/y/p2p-circuit/p2p/x'] }, '--listen'],
  ['a peer without a relay', { reach: { ...subject.reach, verdict: 'unreachable' } }, 'router'],
])('says what to do about %s', ([, given, todo]) => {
  const bad = diagnose({ ...subject, ...given }).filter(({ state }) => state === 'bad');
  expect(bad).toHaveLength(1);
  expect(bad[0]?.todo).toContain(todo);
});

it('tells a relayed peer from one without any way, and a symmetric NAT from a steady one', () => {
  const behind = { ...subject.reach, verdict: 'unreachable' as const, relays: [relay] };
  expect(states({ reach: behind })).toEqual(['good', 'good', 'poor']);
  expect(states({ reach: { ...behind, nat: 'steady' } }).at(-1)).toBe('good');
  expect(states({ reach: { ...behind, nat: 'changing' } }).at(-1)).toBe('poor');
});

it('counts a neighbour as relayed only while there is no direct way', () => {
  const link = { peer: relay, address: '', direction: 'inbound' as const };
  expect(describeReach({ reach: subject.reach, links: [{ ...link, way: 'relayed' }] })).toContain('1 neighbour by way of a relay');
  expect(describeReach({ reach: subject.reach, links: [{ ...link, way: 'relayed' }, { ...link, way: 'direct' }] })).not.toContain('way of a relay');
});
