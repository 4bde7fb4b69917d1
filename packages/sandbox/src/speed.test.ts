import { expect, test } from 'vitest';
import { silentLogger, systemClock } from '@shoal/runtime';
import { createWasmExecutor } from './executor.ts';
import { Speed } from './speed.ts';

test('speed follows long runs that wait for no data', () => {
  const speed = new Speed();
  const run = { wallMs: 1000, inputBytes: 0, peakMemoryBytes: 0 };
  speed.note({ ...run, fuel: 1e9 });
  expect(speed.fuelPerSecond).toBe(1e9);
  speed.note({ ...run, fuel: 1e9, wallMs: 1 });
  speed.note({ ...run, fuel: 1e9, inputBytes: 1e9, wallMs: 9e9 });
  speed.note(run);
  expect(speed.fuelPerSecond).toBe(1e9);
  speed.note({ ...run, fuel: 2e9 });
  expect(speed.fuelPerSecond).toBeGreaterThan(1e9);
  for (let i = 0; i < 100; i++) speed.note({ ...run, fuel: 2e9 });
  expect(speed.fuelPerSecond / 2e9).toBeCloseTo(1, 2);
});

test('an executor knows its speed soon after its start, by a program that it ran', { timeout: 80_000 }, async () => {
  const executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger });
  try {
    await executor.start();
    await expect.poll(() => executor.info().fuelPerSecond, { timeout: 60_000 }).toBeGreaterThan(1e7);
  } finally {
    await executor.stop();
  }
});
