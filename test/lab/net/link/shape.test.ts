import { expect, it } from 'vitest';
import { seeded, Shaper } from './shape.ts';

const perfect = { delayMs: 0, jitterMs: 0, loss: 0, bitsPerSecond: Number.POSITIVE_INFINITY };

it('delays within the jitter and keeps the order', () => {
  const shaper = new Shaper({ ...perfect, delayMs: 100, jitterMs: 20 }, seeded(1));
  const arrivals = Array.from({ length: 500 }, (_, at) => shaper.arrival(1_000, at) ?? Number.NaN);
  for (const [at, arrival] of arrivals.entries()) {
    expect(arrival - at).toBeGreaterThanOrEqual(80);
    expect(arrival - at).toBeLessThanOrEqual(141);
    if (at > 0) expect(arrival).toBeGreaterThanOrEqual(arrivals[at - 1] ?? 0);
  }
  expect(new Set(arrivals.map((arrival, at) => Math.round(arrival - at))).size).toBeGreaterThan(10);
});

it('loses its share', () => {
  const shaper = new Shaper({ ...perfect, loss: 0.02 }, seeded(2));
  const lost = Array.from({ length: 20_000 }, (_, at) => shaper.arrival(1_000, at)).filter((arrival) => arrival === undefined).length;
  expect(lost).toBeGreaterThan(300);
  expect(lost).toBeLessThan(500);
});

it('lets a megabit a second through, and loses what would wait too long', () => {
  const shaper = new Shaper({ ...perfect, bitsPerSecond: 1_000_000 }, seeded(3));
  const arrivals = Array.from({ length: 100 }, () => shaper.arrival(1_250, 0));
  expect(arrivals[0]).toBeCloseTo(10);
  expect(arrivals[49]).toBeCloseTo(500);
  expect(arrivals[60]).toBeUndefined();
  expect(shaper.arrival(1_250, 1_000)).toBeCloseTo(1_010);
});

it('a stalled link loses everything, and goes on afterwards', () => {
  const shaper = new Shaper(perfect, seeded(4));
  shaper.stalled = true;
  expect(shaper.arrival(100, 0)).toBeUndefined();
  shaper.stalled = false;
  expect(shaper.arrival(100, 1)).toBe(1);
});
