import { expect, test } from 'vitest';
import { sampleCheckpoint } from '../testing/samples.ts';
import { decodeCheckpoint, encodeCheckpoint, packPlaces, placesOf, type PagePlace } from './checkpoint.ts';

const sample = decodeCheckpoint(sampleCheckpoint);

test('a checkpoint says where each page lies', () => {
  expect(placesOf(sample)).toEqual([
    { page: 0, pack: 0, slot: 2 },
    { page: 17, pack: 0, slot: 0 },
    { page: 65_536, pack: 0, slot: 1 },
  ]);
  expect(encodeCheckpoint(sample)).toEqual(sampleCheckpoint);
});

test.each<[string, PagePlace[]]>([
  ['beyond its pack', [{ page: 0, pack: 0, slot: 3 }]],
  ['in no pack', [{ page: 0, pack: 1, slot: 0 }]],
  ['out of order', [{ page: 4, pack: 0, slot: 0 }, { page: 3, pack: 0, slot: 1 }]],
  ['twice', [{ page: 4, pack: 0, slot: 0 }, { page: 4, pack: 0, slot: 1 }]],
])('pages %s are nowhere', (_, places) => {
  expect(placesOf({ ...sample, pages: packPlaces(places) })).toBeUndefined();
});

test('half a place is none', () => {
  expect(placesOf({ ...sample, pages: sample.pages.subarray(0, 13) })).toBeUndefined();
  expect(placesOf({ ...sample, pages: new Uint8Array(0) })).toBeUndefined();
});
