import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { createObserved } from './observed.ts';

const [a, b, c] = ['a', 'b', 'c'] as PeerId[] as [PeerId, PeerId, PeerId];
const seen = (ip: string, port: number) => ({ family: 'ip4' as const, ip, port });
const own = ['127.0.0.1', '192.168.1.2'];

it('knows nothing until two have seen the one port', () => {
  const observed = createObserved();
  expect(observed.kind(own)).toBe('unknown');
  observed.note(a, seen('45.0.1.1', 4_000), true);
  expect(observed.kind(own)).toBe('unknown');
  expect(observed.endpoints()).toEqual([seen('45.0.1.1', 4_000)]);
});

it('tells a NAT that keeps the port from one that does not, and no NAT from both', () => {
  const steady = createObserved();
  const changing = createObserved();
  const none = createObserved();
  for (const [place, peer] of [a, b].entries()) {
    steady.note(peer, seen('45.0.1.1', 4_000), true);
    changing.note(peer, seen('45.0.1.1', 4_000 + place), true);
    none.note(peer, seen('192.168.1.2', 5_000 + place), false);
  }
  expect(steady.kind(own)).toBe('steady');
  expect(changing.kind(own)).toBe('changing');
  expect(none.kind(own)).toBe('none');
});

it('offers what most see, and nothing of dials from other ports', () => {
  const observed = createObserved();
  observed.note(a, seen('45.0.1.1', 1), false);
  observed.note(b, seen('45.0.1.1', 2), true);
  observed.note(c, seen('45.0.1.1', 3), true);
  observed.note('d' as PeerId, seen('45.0.1.1', 3), true);
  observed.note(c, seen('45.0.1.1', 9), false);
  expect(observed.endpoints().map(({ port }) => port)).toEqual([3, 2]);
  observed.forget('d' as PeerId);
  observed.forget(c);
  expect(observed.endpoints().map(({ port }) => port)).toEqual([2]);
});
