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

  it('is shed by no other operator: what speaks against a peer stays with it and with each that it showed', () => {
    const standings = new Standings();
    const [one, two, three] = ['one', 'two', 'three'] as [PeerId, PeerId, PeerId];
    standings.belongs(a, one);
    for (let i = 0; i < 10; i += 1) standings.valid(a);
    standings.belongs(a, two);
    standings.invalid(a);
    for (const name of [one, two, three]) {
      standings.belongs(a, name);
      expect([standings.isTrusted(a), standings.isSuspect(a)]).toEqual([false, true]);
    }
  });

  it('is not shed by many operators either: with too many, a peer keeps the name that it has', () => {
    const standings = new Standings();
    for (let i = 0; i < 20; i += 1) standings.belongs(a, `operator ${i}` as PeerId);
    expect(standings.holderOf(a)).toBe('operator 7');
    expect(standings.namesOf(a)).toHaveLength(9);
  });

  it('that speaks against a peer does so before its operator is known again', () => {
    const before = new Standings();
    before.belongs(a, 'op' as PeerId);
    before.invalid(a);
    const standings = new Standings();
    standings.recover(before.takeNotes());
    expect(standings.isSuspect(a)).toBe(true);
  });
});
