import type { Cid, PeerId } from '@shoal/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../engine.ts';
import { Standings } from '../verify/standing.ts';
import { believedOn, disbelieve, endCheck, hold, ripeUnits } from './belief.ts';
import { noBeliefs } from './beliefs.ts';
import type { RequestedJob } from './job.ts';

const [x, y] = ['x', 'y'] as unknown as [Cid, Cid];
const [a, b] = ['a', 'b'] as unknown as [PeerId, PeerId];

let job: RequestedJob;
let turn: Turn;

/** Lots never fall, so that only a full window is checked. */
beforeEach(() => {
  job = { beliefs: noBeliefs(), settled: new Map(), units: 100 } as unknown as RequestedJob;
  const standings = new Standings();
  for (const peer of [a, b]) for (let i = 0; i < 12; i += 1) standings.valid(peer);
  const engine = { standings, requested: new Map([['job', job]]), config: { timings: { maxHeldResults: 5 } } };
  turn = { engine, random: { float: () => 0.99, integer: () => 2 } } as unknown as Turn;
});

function shows(peer: PeerId, ...units: number[]): (number | undefined)[] {
  return units.map((unit) => {
    job.beliefs.given.set(unit, new Set([peer]));
    return hold(turn, job, unit, peer);
  });
}

function accept(unit: number, ...agreeing: PeerId[]): void {
  job.settled.set(unit, 'accepted');
  endCheck(turn, job, unit, agreeing);
}

describe('a word that is enough', () => {
  it('is that of the peer to which it was given, and of nobody who ran the unit in its place', () => {
    job.beliefs.given.set(0, new Set([a]));
    expect(believedOn(job, 0, new Map([[b, x]]))).toBeUndefined();
    expect(believedOn(job, 0, new Map([[b, x], [a, x]]))).toBe(a);
    expect(believedOn(job, 1, new Map([[a, x]]))).toBeUndefined();
  });

  it('is none where somebody shows another result', () => {
    job.beliefs.given.set(0, new Set([a]));
    expect(believedOn(job, 0, new Map([[a, x], [b, y]]))).toBeUndefined();
  });
});

describe('a window', () => {
  it('has one of it checked when it is full; what came before that one goes with it, what came later waits on', () => {
    expect(shows(a, 0, 1, 2, 3, 4)).toEqual([undefined, undefined, undefined, undefined, 2]);
    expect(ripeUnits(job)).toEqual([]);
    accept(2, a, b);
    expect(ripeUnits(job)).toEqual([0, 1]);
    expect([...job.beliefs.waiting.keys()]).toEqual([0, 1, 3, 4]);
  });

  it('is not opened by the check of another peer', () => {
    shows(b, 10, 11);
    shows(a, 0, 1, 2, 3, 4);
    accept(2, a, b);
    expect(ripeUnits(job)).toEqual([0, 1]);
  });

  it.each([
    ['is given up', []],
    ['is accepted as others ran it', [b]],
  ])('is opened by no check that %s: nobody has confirmed its worker', (_how, agreeing) => {
    shows(a, 0, 1, 2, 3, 4);
    job.settled.set(2, agreeing.length > 0 ? 'accepted' : 'abandoned');
    expect(endCheck(turn, job, 2, agreeing)).toBe(a);
    expect(turn.engine.standings.isTrusted(a)).toBe(false);
    expect(disbelieve(turn, a)).toEqual([{ job, units: [0, 1, 3, 4] }]);
    expect(ripeUnits(job, true)).toEqual([]);
  });

  it('is lost under the name that its worker had then, whatever it calls itself now', () => {
    const { standings } = turn.engine;
    for (const name of ['one', 'two'] as PeerId[]) {
      standings.belongs(a, name);
      for (let i = 0; i < 12; i += 1) standings.valid(a);
      shows(a, name === 'one' ? 0 : 1);
    }
    expect([...job.beliefs.waiting.values()]).toEqual(['one', 'two']);
    expect(disbelieve(turn, a)).toEqual([{ job, units: [0, 1] }]);
  });

  it('is open at the end, but for those whose worker is being checked', () => {
    shows(b, 10, 11);
    shows(a, 0, 1, 2, 3, 4);
    expect(ripeUnits(job, true)).toEqual([10, 11]);
  });

  it('is lost with the trust, and what waits later is not accepted by a check from before', () => {
    shows(b, 10);
    shows(a, 0, 1, 2, 3, 4);
    expect(disbelieve(turn, a)).toEqual([{ job, units: [0, 1, 3, 4] }]);
    expect([...job.beliefs.waiting.keys()]).toEqual([10]);
    shows(b, 0); // somebody else's word on it, which was never checked
    accept(2, a, b);
    expect(ripeUnits(job)).toEqual([]);
  });
});
