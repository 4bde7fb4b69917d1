import { expect, test } from 'vitest';
import { trafficAtRest } from './rest.ts';

const sample = (minute: number, messages: number): { atMs: number; messages: number; bytes: number } => ({ atMs: minute * 60_000, messages, bytes: 100 * messages });

test('what joining cost is no traffic at rest', () => {
  // Ten peers join within a second, and are at rest three minutes later.
  const samples = [sample(1, 5_000), sample(3, 9_000), sample(4, 10_000), sample(6, 10_040)];
  expect(trafficAtRest(samples, 10)).toEqual({ fromMinute: 4, messagesPerPeerMinute: 2, bytesPerPeerMinute: 200 });
});

test('a study that ends while peers still join says nothing of rest', () => {
  expect(trafficAtRest([sample(1, 5_000), sample(4, 9_000)], 10)).toBeUndefined();
  expect(trafficAtRest([sample(3, 5_000), sample(10, 9_000)], 100_000)).toBeUndefined();
  expect(trafficAtRest([], 10)).toBeUndefined();
});
