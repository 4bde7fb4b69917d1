import { expect, it } from 'vitest';
import { systemClock, systemCrypto, type Cid } from '@shoal/runtime';
import { documentCid } from '@shoal/protocol';
import { resolveCid } from './resolve-cid.ts';

const [one, other] = ['one', 'another'].map((text) => documentCid(new TextEncoder().encode(text), systemCrypto)) as [Cid, Cid];
const { signal } = new AbortController();

/** A peer that holds these, and knows of nobody. */
const holding = (...pinned: { cid: Cid; name: string }[]) => ({ clock: systemClock, datasets: { pinned: async () => pinned }, engine: { roster: { all: () => [] } } }) as never;

it('takes names that begin as CIDs do for what they are', async () => {
  for (const name of ['baffin.csv', 'bafybei', 'Qm', 'Qmail-logs']) {
    expect(await resolveCid(holding({ cid: one, name }), name, { waitMs: 0, signal })).toBe(one);
    await expect(resolveCid(holding(), name, { waitMs: 0, signal })).rejects.toMatchObject({ code: 'dataset-unknown' });
  }
});

it('takes a CID for itself, whoever holds it, unless somebody named a dataset so', async () => {
  expect(await resolveCid(holding(), one, { waitMs: 0, signal })).toBe(one);
  expect(await resolveCid(holding({ cid: other, name: one }), one, { waitMs: 0, signal })).toBe(other);
});

it('says of one that is cut or mistyped what is wrong with it, at once', async () => {
  for (const text of [one.slice(0, -3), `${one.slice(0, -1)}0`]) {
    await expect(resolveCid(holding(), text, { waitMs: 60_000, signal })).rejects.toMatchObject({ code: 'cid-invalid' });
  }
});
