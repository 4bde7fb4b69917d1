import { Key } from 'interface-datastore';
import { expect, it } from 'vitest';
import { BoundedDatastore } from './bounded-datastore.ts';

const value = Uint8Array.of(1);
async function names(store: BoundedDatastore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const key of store.queryKeys({ prefix })) found.push(key.toString());
  return found;
}

function create(): BoundedDatastore {
  return new BoundedDatastore(
    [
      { prefix: '/peers/', maxEntries: 3 },
      { prefix: '/', maxEntries: 2 },
    ],
    (key) => key.endsWith('self'),
  );
}

it('lets the least recently used entry of the same share go', async () => {
  const store = create();
  for (const name of ['a', 'b', 'c']) store.put(new Key(`/peers/${name}`), value);
  store.put(new Key('/dht/x'), value);
  store.get(new Key('/peers/a'));
  store.put(new Key('/peers/d'), value);
  expect(await names(store, '/peers/')).toEqual(['/peers/c', '/peers/a', '/peers/d']);
  expect(store.has(new Key('/dht/x'))).toBe(true);
  expect(() => store.get(new Key('/peers/b'))).toThrow(expect.objectContaining({ name: 'NotFoundError' }));
});

it('never lets its own entry go', async () => {
  const store = create();
  store.put(new Key('/peers/self'), value);
  for (let index = 0; index < 100; index += 1) store.put(new Key(`/peers/${index}`), value);
  expect(await names(store, '/peers/')).toEqual(['/peers/self', '/peers/98', '/peers/99']);
});

it('answers queries by prefix, and may be written meanwhile', async () => {
  const store = create();
  store.put(new Key('/dht/provider/cid/one'), value);
  store.put(new Key('/dht/provider/other/two'), value);
  for await (const { key } of store.query({ prefix: '/dht/provider/cid' })) {
    expect(key.toString()).toBe('/dht/provider/cid/one');
    store.get(key);
  }
  store.delete(new Key('/dht/provider/cid/one'));
  expect(await names(store, '/dht')).toEqual(['/dht/provider/other/two']);
});
