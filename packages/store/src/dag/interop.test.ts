import { exporter } from 'ipfs-unixfs-exporter';
import { importer } from 'ipfs-unixfs-importer';
import { describe, expect, it } from 'vitest';
import type { Cid } from '@shoal/runtime';
import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { gather, seededBytes, seededStream } from '../testing/content.ts';
import { expectBytes } from '../testing/expect-bytes.ts';

const MiB = 1024 * 1024;
const files = [
  { name: 'b.bin', size: 2 * MiB + 5 },
  { name: 'a.bin', size: 70_000 },
  { name: 'C.bin', size: 0 },
  { name: 'é.txt', size: 3 },
];

describe('Other IPFS tools', () => {
  it('make the same CID of the same directory', async () => {
    const store = createMemoryBlobStore();
    const { cid } = await store.importDirectory(files.map(({ name, size }) => ({ name, open: () => seededStream(size, name), keep: false })));
    const candidates = files.map(({ name, size }) => ({ path: name, content: seededStream(size, name, 123_456) }));
    let root = '';
    for await (const entry of importer(candidates, { put: async (key) => key }, { profile: 'unixfs-v1-2025', wrapWithDirectory: true })) {
      root = entry.cid.toString();
    }
    expect(cid).toBe(root);
  });

  it('read what is kept here', async () => {
    const store = createMemoryBlobStore();
    const { cid } = await store.importDirectory(files.map(({ name, size }) => ({ name, open: () => seededStream(size, name) })));
    const blocks = {
      async *get(key: { toString(): string }): AsyncGenerator<Uint8Array> {
        yield (await store.getBlock(key.toString() as Cid)) as Uint8Array;
      },
    };
    for (const { name, size } of files) {
      const entry = await exporter(`${cid}/${name}`, blocks);
      if (!('content' in entry)) throw new Error(`${name} is no file`);
      expectBytes(await gather(entry.content()), seededBytes(size, name));
    }
  });
});
