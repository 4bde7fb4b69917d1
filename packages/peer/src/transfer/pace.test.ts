import { systemClock, type Clock } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { transferLimits } from './limits.ts';
import { capDownloads } from './client/sessions.ts';
import { Pace } from './pace.ts';
import { fileIn, TestMesh } from './testing/mesh.ts';

const MiB = 1_048_576;

/** Time that passes only where somebody waits for it. */
function virtualClock(): Clock & { at: number } {
  const timers: { at: number; run: () => void }[] = [];
  const clock = {
    at: 0,
    now: () => clock.at,
    monotonic: () => clock.at,
    soon: systemClock.soon,
    setTimer(delayMs: number, run: () => void) {
      const timer = { at: clock.at + delayMs, run };
      timers.push(timer);
      timers.sort((a, b) => a.at - b.at);
      systemClock.soon(() => {
        const next = timers.shift();
        if (next === undefined) return;
        clock.at = Math.max(clock.at, next.at);
        next.run();
      });
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  return clock;
}

describe('a pace', () => {
  it('lets so much through a second, whoever asks, and a burst after a pause', async () => {
    const clock = virtualClock();
    const pace = new Pace(100_000, clock);
    expect(await pace.take(10_000)).toBe(0); // the burst
    await Promise.all(Array.from({ length: 20 }, () => pace.take(25_000)));
    expect(clock.at).toBeCloseTo(5_000, 5);
    clock.at += 60_000; // nothing is saved up
    await pace.take(10_000);
    await pace.take(100_000);
    expect(clock.at).toBeCloseTo(66_000, 5);
  });

  it('gives those who take at the same time equal parts', async () => {
    const clock = virtualClock();
    const pace = new Pace(MiB, clock);
    const got = [0, 0, 0];
    const taker = async (i: number): Promise<void> => {
      while (clock.at < 10_000) {
        await pace.take(transferLimits.paceSliceBytes);
        got[i] = (got[i] as number) + transferLimits.paceSliceBytes;
      }
    };
    await Promise.all([taker(0), taker(1), taker(2)]);
    expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(transferLimits.paceSliceBytes);
    const all = got.reduce((sum, each) => sum + each, 0);
    expect(all / (10 * MiB)).toBeGreaterThan(0.98);
    expect(all / (10 * MiB)).toBeLessThan(1.02);
  });
});

/** Bytes a second that arrive, of so many. */
async function rateOf(mesh: TestMesh, fetch: () => Promise<unknown>, bytes: number): Promise<number> {
  const begun = mesh.clock.monotonic();
  await fetch();
  return (bytes * 1_000) / (mesh.clock.monotonic() - begun);
}

describe('capped transfers', () => {
  it('take the time that the cap says, however many fetch at once; without one they do not', async () => {
    const upload = new Pace(4 * MiB, systemClock);
    const mesh = new TestMesh();
    const [slow, free] = [mesh.holder('capped', { upload }), mesh.holder('free')];
    const files = await Promise.all(['a', 'b', 'c'].map((seed) => fileIn([slow.store, free.store], 2 * MiB, seed)));
    const capped = await rateOf(mesh, () => Promise.all(files.map((file) => mesh.fetch(file, [slow]))), 6 * MiB);
    expect(capped).toBeLessThan(4.5 * MiB);
    expect(capped).toBeGreaterThan(MiB);
    const other = new TestMesh();
    const holder = other.holder('free');
    const file = await fileIn([holder.store], 12 * MiB, 'a');
    expect(await rateOf(other, () => other.fetch(file, [holder]), 12 * MiB)).toBeGreaterThan(capped);
  });

  it('read no more than they may from all holders together, which is no holder\'s fault', async () => {
    const mesh = new TestMesh();
    const holders = ['a', 'b', 'c'].map((name) => mesh.holder(name));
    const file = await fileIn(holders.map(({ store }) => store), 12 * MiB, 'd');
    capDownloads(mesh.fetcher, mesh.clock, new Pace(8 * MiB, mesh.clock));
    const rate = await rateOf(mesh, () => mesh.fetch(file, holders), 12 * MiB);
    expect(rate).toBeLessThan(9 * MiB);
    expect(rate).toBeGreaterThan(MiB);
  });

  it('slower than a stall of the holder would be, they go on: 1 MiB takes longer than a block may', async () => {
    const clock = virtualClock();
    const mesh = new TestMesh({ clock });
    const holder = mesh.holder('a');
    const file = await fileIn([holder.store], 3 * MiB, 'e');
    capDownloads(mesh.fetcher, clock, new Pace(20_000, clock));
    await mesh.fetch(file, [holder]);
    expect(clock.at).toBeGreaterThan(3 * transferLimits.blockMs);
    expect(await mesh.store.has(file)).toBe(true);
  });

  it('serve no more at once than each gets a block in time', () => {
    expect(new Pace(transferLimits.minCapBytesPerSecond, systemClock).streams).toBe(2);
    expect((MiB * 1_000) / transferLimits.pacedStreamBytesPerSecond).toBeLessThan(transferLimits.blockMs);
  });
});
