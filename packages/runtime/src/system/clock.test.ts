import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadline, systemClock } from './clock.ts';

const dayMs = 86_400_000;

describe('a timer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('fires once, when it is due, unless it was cancelled', () => {
    const fired: string[] = [];
    systemClock.setTimer(100, () => fired.push('a'));
    const cancel = systemClock.setTimer(100, () => fired.push('b'));
    vi.advanceTimersByTime(99);
    expect(fired).toEqual([]);
    cancel();
    cancel();
    vi.advanceTimersByTime(1_000);
    expect(fired).toEqual(['a']);
  });

  it('of two months fires after two months, not at once', () => {
    const fired: number[] = [];
    systemClock.setTimer(60 * dayMs, () => fired.push(systemClock.now()));
    const cancel = systemClock.setTimer(60 * dayMs, () => fired.push(0));
    const began = systemClock.now();
    vi.advanceTimersByTime(59 * dayMs);
    expect(fired).toEqual([]);
    cancel();
    vi.advanceTimersByTime(2 * dayMs);
    expect(fired).toEqual([began + 60 * dayMs]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a deadline', () => {
  const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

  it('aborts when its time is over', async () => {
    const signal = deadline(5);
    const keepAlive = setTimeout(() => {}, 5_000); // a deadline does not keep the process alive
    await aborted(signal);
    clearTimeout(keepAlive);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const signal = deadline(60_000, parent.signal);
    parent.abort(new Error('stopped'));
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ message: 'stopped' });
    expect(deadline(60_000, parent.signal).aborted).toBe(true);
  });

  it.each([1.5, -3, 60 * dayMs, Number.POSITIVE_INFINITY])('takes %d ms', async (timeoutMs) => {
    const signal = deadline(timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(signal.aborted).toBe(timeoutMs < 10);
  });
});

describe('the system clock', () => {
  it('runs what was put off once the burst is over', async () => {
    const order: string[] = [];
    systemClock.soon(() => order.push('soon'));
    await Promise.resolve();
    order.push('burst');
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['burst', 'soon']);
  });

  it('never goes backwards', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });
});
