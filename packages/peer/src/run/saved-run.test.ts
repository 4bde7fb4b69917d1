import type { Checkpoint, Cid, PeerId } from '@shoal/runtime';
import { createMemoryBlobStore } from '@shoal/store';
import { expect, it } from 'vitest';
import { SavedRun } from './saved-run.ts';

const cidOf = (letter: string): Cid => `bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52z${letter}` as Cid;
const program = cidOf('y');
const self = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA' as PeerId;

it('a snapshot is taken up by its own unit alone, and only where it has put out no more than that may', async () => {
  const store = createMemoryBlobStore();
  await store.start();
  const is = { job: program, unit: 3, program, outputBytes: 100 };
  const page = new Uint8Array(1_000).fill(7);
  const checkpoint: Checkpoint = { fuel: 5, usedMs: 70.4, changed: [{ page: 0, bytes: page }], present: Uint32Array.of(0), stdout: new Uint8Array(60).fill(1), log: new Uint8Array() };
  const { cid } = await new SavedRun({ store }, is, self).save(checkpoint);
  const resumed = await new SavedRun({ store }, is, self).resume(cid);
  expect(resumed?.stdout).toHaveLength(60);
  expect(resumed?.usedMs).toBe(70);
  const pages = [];
  for await (const one of resumed?.pages ?? []) pages.push(one);
  expect(pages).toEqual([{ page: 0, bytes: page }]);
  for (const other of [{ unit: 4 }, { outputBytes: 59 }, { job: cidOf('a') }]) {
    expect(await new SavedRun({ store }, { ...is, ...other }, self).resume(cid)).toBeUndefined();
  }
  await store.stop();
});
