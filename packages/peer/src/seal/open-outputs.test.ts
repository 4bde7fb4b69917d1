import { systemClock, systemSealing, type BlobStore, type Cid } from '@shoal/runtime';
import { createMemoryBlobStore, nameFile } from '@shoal/store';
import { beforeEach, expect, it } from 'vitest';
import { openOutputs } from './open-outputs.ts';
import { sealPieces } from './pieces.ts';

const key = new Uint8Array(32).fill(1);
const { signal } = new AbortController();
const parts = ['one'.repeat(50_000), 'another', 'third'.repeat(20_000)].map((text) => new TextEncoder().encode(text));
let store: BlobStore;
let sealed: Cid;
let holds: { cid: Cid; bytes: number }[];

async function* each(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

beforeEach(async () => {
  store = createMemoryBlobStore();
  await store.start();
  ({ cid: sealed } = await store.importFile(sealPieces(each(parts), key, systemSealing)));
  holds = await Promise.all(parts.map((part) => nameFile(each([part]), systemClock)));
});

it('keeps what sealed outputs hold, for its owner', async () => {
  await openOutputs({ store }, sealed, { key, holds }, 'me', signal);
  for (const [i, { cid, bytes }] of holds.entries()) expect(await store.readAt(cid, 0, bytes)).toEqual(parts[i]);
  expect((await store.pins()).map(({ cid, owner }) => `${cid} ${owner}`).sort()).toEqual(holds.map(({ cid }) => `${cid} me`).sort());
});

it('refuses what is sealed and is not what the result names', async () => {
  const [first, ...others] = holds;
  const lies = [first as { cid: Cid; bytes: number }, ...others.map(({ bytes }) => ({ cid: first?.cid as Cid, bytes }))];
  await expect(openOutputs({ store }, sealed, { key, holds: lies }, 'me', signal)).rejects.toMatchObject({ code: 'seal-broken', message: expect.stringContaining(holds[1]?.cid ?? '?') });
  expect((await store.pins()).map(({ cid }) => cid)).toEqual([first?.cid]);
});
