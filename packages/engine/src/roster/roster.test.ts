import { sealAdvert, type Advert, type Opened } from '@shoal/protocol';
import type { PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/behaviours.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { authorOf } from '../testing/facts.ts';
import { blockOf } from './address-block.ts';
import { Roster } from './roster.ts';

const now = 1_000_000;
const bounds = { max: 40, largeAbove: 20, smallBelow: 10, sampledTtlMs: 600_000 };

function advert(name: string, more: Partial<Advert> = {}): Opened<Advert> {
  const value: Advert = {
    mesh: 'test', seq: 1, at: now, ttlMs: 60_000, agent: 'test', addresses: [], slots: 1, free: 1, memoryBytes: 1, fuelPerSecond: 0,
    engines: ['wasm'], isolation: 'full', determinismClass: 'test', labels: {}, datasets: [], ...more,
  };
  return sealAdvert(value, authorOf(name).signer, quickCrypto);
}

const via = (name: string): PeerId => authorOf(name).id;

describe('a roster that is full', () => {
  it('lets a flood of names from one neighbour make room for itself', () => {
    const roster = new Roster(bounds);
    const honest = Array.from({ length: 20 }, (_, i) => advert(`honest ${i}`));
    for (const [i, one] of honest.entries()) roster.add(one, now, via(`neighbour ${i % 5}`));
    for (let i = 0; i < 500; i += 1) roster.add(advert(`sybil ${i}`, { ttlMs: 3_600_000 }), now, via('evil'));
    expect(roster.size).toBe(40);
    expect(honest.every(({ author }) => roster.get(author) !== undefined)).toBe(true);
  });

  it('and from one block of addresses, however many neighbours tell of them', () => {
    const roster = new Roster(bounds);
    const honest = Array.from({ length: 20 }, (_, i) => advert(`honest ${i}`, { addresses: [`/ip4/198.51.${i}.1/tcp/4001`] }));
    for (const [i, one] of honest.entries()) roster.add(one, now, via(`neighbour ${i}`));
    for (let i = 0; i < 500; i += 1) roster.add(advert(`sybil ${i}`, { addresses: [`/ip4/203.0.113.${i % 256}/tcp/${i + 1}`] }), now, via(`sybil ${i}`));
    expect(roster.size).toBe(40);
    expect(honest.every(({ author }) => roster.get(author) !== undefined)).toBe(true);
  });

  it('never drops its own peer', () => {
    const roster = new Roster({ ...bounds, max: 5 });
    const own = advert('self', { ttlMs: 1_000 });
    roster.add(own, now);
    for (let i = 0; i < 50; i += 1) roster.add(advert(`other ${i}`), now, via('x'));
    expect(roster.get(own.author)).toBeDefined();
  });
});

describe('a mesh', () => {
  const neighbour = (i: number): PeerId => via(`neighbour ${i % 5}`);

  it('is large above one bound, and small again only below another', () => {
    const roster = new Roster(bounds);
    const at = (i: number): number => now + i;
    for (let i = 0; i < 20; i += 1) roster.add(advert(`peer ${i}`), at(i), neighbour(i));
    expect(roster.isLarge).toBe(false);
    roster.add(advert('peer 20'), at(20), neighbour(20));
    expect(roster.isLarge).toBe(true);
    roster.forgetExpired(at(10) + 60_000); // ten are left
    expect([roster.size, roster.isLarge]).toEqual([10, true]);
    roster.forgetExpired(at(11) + 60_000);
    expect([roster.size, roster.isLarge]).toEqual([9, false]);
  });

  it('that lost peers to a revocation is as large as it is without them', () => {
    const roster = new Roster(bounds);
    for (let i = 0; i < 16; i += 1) roster.add(advert(`peer ${i}`, { ttlMs: i < 11 ? 60_000 : 600_000 }), now, neighbour(i));
    expect(roster.isLarge).toBe(true);
    roster.forget(({ author, value }) => value.ttlMs === 600_000 || author !== advert('peer 1').author);
    expect([roster.size, roster.isLarge]).toEqual([1, false]);
    for (let i = 2; i < 13; i += 1) roster.add(advert(`peer ${i}`, { seq: 2 }), now, neighbour(i));
    expect([roster.size, roster.isLarge]).toEqual([12, false]); // nobody is left who said that it is large
  });

  it('is large to a newcomer who hears that it is to others', () => {
    const roster = new Roster(bounds);
    for (let i = 0; i < 12; i += 1) roster.add(advert(`peer ${i}`, { ttlMs: i < 9 ? 60_000 : 600_000 }), now, neighbour(i));
    expect(roster.isLarge).toBe(false);
    roster.add(advert('peer 12', { ttlMs: 600_000 }), now, neighbour(12));
    expect(roster.isLarge).toBe(true);
  });

  it('is made large by no one source, however many names it makes up and whatever they say', () => {
    for (const ttlMs of [60_000, 3_600_000]) {
      const roster = new Roster(bounds);
      for (let i = 0; i < 10; i += 1) roster.add(advert(`peer ${i}`), now, neighbour(i));
      for (let i = 0; i < 500; i += 1) roster.add(advert(`sybil ${i}`, { ttlMs }), now, via('evil'));
      expect([roster.size, roster.isLarge]).toEqual([40, false]);
    }
  });
});

it('a sample is even, and bounded', () => {
  const roster = new Roster(bounds);
  for (let i = 0; i < 20; i += 1) roster.add(advert(`peer ${i}`, { slots: i % 2 }), now, via('x'));
  const random = seededRandom(1);
  const drawn = new Map<PeerId, number>();
  for (let round = 0; round < 1_000; round += 1) {
    const sample = roster.sample(3, random, ({ value }) => value.slots > 0);
    expect(new Set(sample.map(({ author }) => author)).size).toBe(3);
    for (const { author } of sample) drawn.set(author, (drawn.get(author) ?? 0) + 1);
  }
  expect(drawn.size).toBe(10);
  for (const times of drawn.values()) expect(Math.abs(times - 300)).toBeLessThan(75);
});

it('an advert that was long under way lives as much shorter', () => {
  const roster = new Roster(bounds);
  const late = advert('late');
  roster.add(late, now + 150_000, via('x'));
  expect(roster.get(late.author)?.expiresAt).toBe(now + 120_000 + 60_000); // as far as clocks may differ
});

it('blocks are of public addresses: the /24 of IPv4 and the /48 of IPv6', () => {
  expect(blockOf(['/dns4/example.org/tcp/1', '/ip4/192.168.1.2/tcp/1', '/ip4/203.0.113.7/tcp/4001/p2p/x'])).toBe('203.0.113.0/24');
  expect(blockOf(['/ip6/2001:DB8:1:2::3/tcp/4001'])).toBe('2001:db8:1::/48');
  expect(blockOf([])).toBe('');
});
