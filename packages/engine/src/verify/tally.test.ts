import type { Cid, PeerId } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tally } from './tally.ts';

const seed = 31;

/** `a:x b:y` reads: a voted for x, b for y. */
function votes(text: string): Map<PeerId, Cid> {
  return new Map(text.split(' ').filter(Boolean).map((vote) => vote.split(':') as [PeerId, Cid]));
}

const itself = (): undefined => undefined;
const byFirstLetter = (peer: PeerId): Set<string> => new Set([peer.slice(0, 1)]);

describe('a tally', () => {
  it.each([
    ['', 2, undefined, 2],
    ['a:x', 2, undefined, 1],
    ['a:x b:x', 2, 'x', 0],
    ['a:x b:y', 2, undefined, 1],
    ['a:x b:y c:x', 2, 'x', 0],
    ['a:x b:x c:y d:y', 2, undefined, 1],
    ['a:x b:x c:y d:y e:y', 2, 'y', 0],
    ['a:x', 1, 'x', 0],
    ['a:x b:y', 1, undefined, 1],
    ['a:x b:y c:z', 3, undefined, 2],
    ['a:x b:x c:y', 3, undefined, 1],
  ] as const)('of "%s" with a quorum of %i is won by %s and lacks %i', (text, quorum, winner, lacking) => {
    const counted = tally(votes(text), quorum, itself);
    expect(counted.winner?.result).toBe(winner);
    expect(counted.lacking).toBe(lacking);
  });

  it('names those who stand for the winner, and says that there was a dispute', () => {
    expect(tally(votes('b:x a:x c:y'), 2, itself)).toMatchObject({ winner: { result: 'x', workers: ['a', 'b'] }, disputed: true });
    expect(tally(votes('a:x b:x'), 2, itself).disputed).toBe(false);
  });

  it('counts the peers of one operator once', () => {
    expect(tally(votes('a1:x a2:x'), 2, byFirstLetter)).toMatchObject({ winner: undefined, lacking: 1 });
    expect(tally(votes('a1:x a2:x b1:y b2:y c1:y'), 2, byFirstLetter).winner?.workers).toEqual(['b1', 'c1']);
  });

  it(`does not depend on the order of the votes (seed ${seed})`, () => {
    const vote = fc.tuple(fc.constantFrom('a1', 'a2', 'b', 'c', 'd', 'e'), fc.constantFrom('x', 'y', 'z')) as fc.Arbitrary<[PeerId, Cid]>;
    const property = fc.property(fc.uniqueArray(vote, { selector: ([peer]) => peer }), fc.integer({ min: 1, max: 4 }), (all, quorum) => {
      const forth = tally(new Map(all), quorum, byFirstLetter);
      expect(tally(new Map(all.toReversed()), quorum, byFirstLetter)).toEqual(forth);
      // A winner stands alone at the top and has its quorum; what is not won lacks something.
      const [first, second] = forth.groups;
      if (forth.winner !== undefined) {
        expect(forth.winner.workers.length).toBeGreaterThanOrEqual(quorum);
        expect(first?.workers.length).toBeGreaterThan(second?.workers.length ?? 0);
      }
      expect(forth.lacking > 0).toBe(forth.winner === undefined);
    });
    fc.assert(property, { seed, numRuns: 500 });
  });
});
