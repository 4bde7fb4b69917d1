import type { Cid, PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { emptyUnit } from '../ledger/unit-facts.ts';
import { acceptedHere } from './accepted.ts';

const [x, y, z] = ['x', 'y', 'z'] as unknown as [Cid, Cid, Cid];
const [requester, self, other] = ['requester', 'self', 'other'] as unknown as [PeerId, PeerId, PeerId];

function chosen(said: readonly [Cid, PeerId][], judge: PeerId | undefined, accepting?: Cid): Cid | undefined {
  const facts = emptyUnit(() => true);
  for (const [result, by] of said) {
    facts.accepted.set(result, new Set());
    facts.acceptedBy.set(result, new Set([by]));
  }
  const burst = new Map(accepting === undefined ? [] : [[0, { result: accepting, workers: new Set<PeerId>() }]]);
  return acceptedHere({ ledger: { unit: () => facts }, requester, judge, accepting: burst }, 0)?.result;
}

describe('what is accepted here', () => {
  it('is what the requester accepted, whoever said something else first', () => {
    expect(chosen([[y, other], [z, self], [x, requester]], self)).toBe(x);
  });

  it('is what this peer accepted as a steward, where the requester did not', () => {
    expect(chosen([[y, other], [x, self]], self)).toBe(x);
  });

  it('is nothing where only another steward said so, until this burst accepts something', () => {
    expect(chosen([[y, other]], undefined)).toBeUndefined();
    expect(chosen([[y, other]], undefined, x)).toBe(x);
  });
});
