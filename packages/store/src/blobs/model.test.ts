import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLogger, systemClock, type BlobStore, type Cid } from '@shoal/runtime';
import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { gather, seededBytes, streamOf } from '../testing/content.ts';
import { documentOf, linkTo, smallTree, type Block } from '../testing/trees.ts';
import { createBlobStore } from './blob-store.ts';

/** Files that share parts with each other, in a layout of small leaves and in our own, and what links them. */
const contents = [seededBytes(90, 'a'), seededBytes(270, 'a'), new Uint8Array(120), seededBytes(80_000, 'large'), seededBytes(10, 'a')];
const trees: Block[][] = contents.map((content) => smallTree(content, content.length > 1000 ? 30_000 : 10, 3));
const roots = trees.map((tree) => tree[0]?.cid as Cid);
const document = documentOf(roots.map(linkTo));
const blocks: Block[] = [...trees.flat(), document];
const all: Cid[] = [...roots, document.cid];

const operations = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('put' as const), at: fc.nat(blocks.length - 1) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('putTree' as const), at: fc.nat(trees.length - 1) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('import' as const), at: fc.nat(contents.length - 1) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('pin' as const, 'unpin' as const), at: fc.nat(all.length - 1) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('collect' as const, 'reopen' as const), at: fc.constant(0) }) },
  ),
  { minLength: 5, maxLength: 40 },
);
type Operation = { type: 'put' | 'putTree' | 'import' | 'pin' | 'unpin' | 'collect' | 'reopen'; at: number };

async function carryOut(store: BlobStore, { type, at }: Operation): Promise<void> {
  if (type === 'put') await store.putBlock((blocks[at] as Block).cid, (blocks[at] as Block).bytes);
  else if (type === 'putTree') for (const { cid, bytes } of trees[at] as Block[]) await store.putBlock(cid, bytes);
  else if (type === 'import') await store.importFile(streamOf(contents[at] as Uint8Array));
  else if (type === 'pin') await store.pin(all[at] as Cid, 'me');
  else if (type === 'unpin') await store.unpin(all[at] as Cid, 'me');
  else if (type === 'collect') await store.collect();
  else {
    await store.stop();
    await store.start();
  }
}

/** What must be whole after an operation because it was so before: all of it, or what is pinned. */
async function wholeAndKept(store: BlobStore, { type }: Operation): Promise<Cid[]> {
  const pinned = new Set((await store.pins()).map(({ cid }) => cid));
  const reachesAll = pinned.has(document.cid) && (await store.hasBlock(document.cid));
  const kept: Cid[] = [];
  for (const cid of all) if ((type !== 'collect' || reachesAll || pinned.has(cid)) && (await store.has(cid))) kept.push(cid);
  return kept;
}

/** What the model has whole, the disk can have whole by taking again what it lacks; and what it says it has, it gives. */
async function agree(disk: BlobStore, model: BlobStore): Promise<void> {
  expect(await disk.pins()).toEqual(expect.arrayContaining(await model.pins()));
  for (const [at, root] of roots.entries()) {
    if (await disk.has(root)) expect(Buffer.compare(await gather(disk.read(root)), contents[at] as Uint8Array)).toBe(0);
    if (await model.has(root)) {
      for (const { cid, bytes } of trees[at] as Block[]) if (!(await disk.hasBlock(cid))) await disk.putBlock(cid, bytes);
      expect(await disk.has(root)).toBe(true);
    }
  }
  const { bytes, blocks: count } = await disk.usage();
  expect(bytes).toBeGreaterThanOrEqual(0);
  expect(count).toBeGreaterThanOrEqual(0);
}

it('The store on disk keeps what the one in memory keeps, whatever is done to both', () =>
  fc.assert(
    fc.asyncProperty(operations, async (sequence) => {
      const dir = await mkdtemp(join(tmpdir(), 'shoal-store-'));
      const disk = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
      const model = createMemoryBlobStore();
      try {
        await disk.start();
        for (const operation of sequence) {
          const kept = await wholeAndKept(disk, operation);
          await carryOut(disk, operation);
          await carryOut(model, operation);
          for (const cid of kept) expect(await disk.has(cid)).toBe(true);
        }
        await agree(disk, model);
        // Nothing pinned: nothing may be left.
        for (const { cid, owner } of await disk.pins()) await disk.unpin(cid, owner);
        await disk.collect();
        expect(await disk.usage()).toEqual({ bytes: 0, blocks: 0 });
      } finally {
        await disk.stop();
        await rm(dir, { recursive: true, force: true });
      }
    }),
    { numRuns: 20 },
  ));
