import type { PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { Standings } from './standing.ts';

const a = 'a' as PeerId;
const b = 'b' as PeerId;

function after(...what: ('valid' | 'invalid' | 'failed' | 'doubt')[]): Standings {
  const standings = new Standings();
  for (const each of what) standings[each](a);
  return standings;
}
const times = (count: number): 'valid'[] => Array<'valid'>(count).fill('valid');

describe('a standing', () => {
  it('is trusted after ten valid results in a row, and not before', () => {
    expect(after(...times(9)).isTrusted(a)).toBe(false);
    expect(after(...times(10)).isTrusted(a)).toBe(true);
    expect(after(...times(10), 'failed', ...times(9)).isTrusted(a)).toBe(false);
    expect(after(...times(10), 'doubt', ...times(9)).isTrusted(a)).toBe(false);
    expect(after(...times(10), 'doubt', ...times(10)).isTrusted(a)).toBe(true);
  });

  it('needs twice as many after each contradiction', () => {
    expect(after('invalid', ...times(19)).isTrusted(a)).toBe(false);
    expect(after('invalid', ...times(20)).isTrusted(a)).toBe(true);
    expect(after('invalid', ...times(20), 'invalid', ...times(39)).isTrusted(a)).toBe(false);
    expect(after('invalid', ...times(20), 'invalid', ...times(40)).isTrusted(a)).toBe(true);
  });

  it('is suspect from a contradiction until it is trusted again; doubts and failures alone make nobody so', () => {
    expect(after('invalid', ...times(19)).isSuspect(a)).toBe(true);
    expect(after('invalid', ...times(20)).isSuspect(a)).toBe(false);
    expect(after('doubt', 'failed').isSuspect(a)).toBe(false);
  });

  it('is checked once in so many results as were valid, and once in ten at least', () => {
    expect(after(...times(4)).checkedShare(a)).toBe(0.25);
    expect(after(...times(500)).checkedShare(a)).toBe(0.1);
    expect(new Standings().checkedShare(a)).toBe(1);
  });

  it('is one for all peers of an operator', () => {
    const standings = new Standings();
    const operator = 'op' as PeerId;
    for (const peer of [a, b]) standings.belongs(peer, operator);
    for (let i = 0; i < 10; i += 1) standings.valid(i % 2 === 0 ? a : b);
    expect([standings.isTrusted(a), standings.isTrusted(b), standings.isTrusted(operator)]).toEqual([true, true, true]);
    standings.invalid(a);
    expect(standings.isSuspect(b)).toBe(true);
    expect(standings.holderOf(b)).toBe(operator);
  });
});
