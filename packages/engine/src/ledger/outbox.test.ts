import { decodeMessage, encodeMessage, limits, openEntry, peerIdOf, type Entry, type Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../effects.ts';
import { quickCrypto, quickSigner } from '../testing/crypto.ts';
import { authorOf, halves, post } from '../testing/facts.ts';
import { countedSpec } from '../testing/specs.ts';
import { Outbox } from './outbox.ts';

const signer = quickSigner(new Uint8Array(32).fill(1));
const { job } = post(authorOf('requester'), countedSpec(4));
const names = Array.from({ length: 14 }, (_, i) => peerIdOf(quickSigner(new Uint8Array(32).fill(i)).publicKey));

/** The entries that facts for the same peers end up in. */
function entriesOf(...facts: Fact[]): Entry[] {
  const outbox = new Outbox();
  const recorded: Entry[] = [];
  for (const fact of facts) outbox.state(job, fact, names);
  outbox.flush({ signer, crypto: quickCrypto }, 1_000, [] as Effect[], (entry) => void recorded.push(entry));
  return recorded;
}

describe('facts of one burst', () => {
  const accepted = (unit: number): Fact => ({ kind: 'accepted', unit, result: halves('a' as never, job, unit).result, workers: names.slice(0, 2) });
  const delegated: Fact = { kind: 'delegated', term: 1, stewards: names.slice(0, 7), keepers: names.slice(7) };

  it('for the same peers share a signature', () => {
    expect(entriesOf(accepted(0), accepted(1), accepted(2)).map(({ value }) => value.facts.length)).toEqual([3]);
  });

  it('leave a delegation alone: it has to fit into the message that shows it, and to say nothing else', () => {
    const [, alone, ...others] = entriesOf(accepted(0), delegated, accepted(1));
    expect(others).toEqual([]);
    expect(alone?.value.facts).toEqual([delegated]);
    const bytes = alone?.bytes ?? new Uint8Array();
    expect(bytes.length).toBeLessThanOrEqual(limits.maxDelegationBytes);
    const message = decodeMessage(encodeMessage({ type: 'acting', job, forMs: 1, delegated: bytes }));
    expect(message.type === 'acting' && message.delegated !== undefined ? openEntry(message.delegated, quickCrypto).value.facts : []).toEqual([delegated]);
  });
});
