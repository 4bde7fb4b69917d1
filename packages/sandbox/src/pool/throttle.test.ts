import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { silentLogger, systemClock, type Clock, type Executor } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { sandboxProcesses } from '../testing/processes.ts';
import { Choices } from '../testing/generate.ts';
import { probeProgram } from '../testing/probe.ts';
import { execute } from '../testing/request.ts';
import { Throttle } from './throttle.ts';

/** Virtual time whose timers come late, each by up to so much. */
class LateClock {
  ms = 0;
  readonly #timers = new Map<number, { at: number; fire: () => void }>();
  readonly #choices = new Choices(7);
  readonly #lateMs: number;
  #next = 0;

  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  monotonic(): number {
    return this.ms;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { at: this.ms + ms + (this.#choices.below(1000) / 1000) * this.#lateMs, fire });
    return () => void this.#timers.delete(id);
  }

  /** Lets time pass. */
  until(ms: number): void {
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > ms) break;
      this.#timers.delete(next[0]);
      this.ms = next[1].at;
      next[1].fire();
    }
    this.ms = ms;
  }
}

class Runner {
  ranMs = 0;
  #sinceMs: number | undefined = 0;
  readonly #clock: LateClock;

  constructor(clock: LateClock) {
    this.#clock = clock;
  }

  halt(): void {
    this.ranMs = this.ran;
    this.#sinceMs = undefined;
  }

  proceed(): void {
    this.#sinceMs ??= this.#clock.ms;
  }

  get ran(): number {
    return this.ranMs + (this.#sinceMs === undefined ? 0 : this.#clock.ms - this.#sinceMs);
  }
}

test.each([0.05, 0.1, 0.25, 0.5, 0.75, 0.95, 1])('a share of %d is held within 3 points, though timers are late', (share) => {
  for (const lateMs of [0, 5, 30]) {
    const clock = new LateClock(lateMs);
    const throttle = new Throttle(clock as unknown as Clock);
    const runner = new Runner(clock);
    throttle.setShare(share);
    throttle.add(runner);
    clock.until(20_000);
    expect(Math.abs(runner.ran / 20_000 - share)).toBeLessThan(0.03);
    throttle.remove(runner);
  }
});

test('pause and resume at once; who begins meanwhile waits; who ends is let go', () => {
  const clock = new LateClock(0);
  const throttle = new Throttle(clock as unknown as Clock);
  const [first, second] = [new Runner(clock), new Runner(clock)];
  throttle.add(first);
  clock.until(100);
  throttle.pause();
  throttle.add(second);
  clock.until(1000);
  expect([first.ran, second.ran]).toEqual([100, 100]);
  throttle.remove(second);
  clock.until(1100);
  expect([first.ran, second.ran]).toEqual([100, 200]);
  throttle.resume();
  clock.until(1200);
  expect(first.ran).toBe(200);
});

let executor: Executor;

afterEach(() => executor?.stop());

const stateOf = (pid: number): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';

// The state of a process is read from /proc.
test.skipIf(process.platform !== 'linux')('a paused unit stands still, its time does not run, and it goes on', async () => {
  executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger });
  await executor.start();
  const probe = await probeProgram();
  const { promise: looping, resolve } = Promise.withResolvers<void>();
  const wallMs = 400;
  const unit = execute(executor, probe, { args: ['loop'], onLog: () => resolve(), limits: { wallMs } });
  await looping;
  executor.pause?.();
  const stopped = (): number => sandboxProcesses().filter(({ pid }) => stateOf(pid) === 'T').length;
  await expect.poll(stopped).toBeGreaterThan(0); // a signal takes effect when its process has its turn
  const ended = await Promise.race([unit.then(() => 'ended'), new Promise<string>((done) => systemClock.setTimer(wallMs * 2, () => done('stands')))]);
  expect(ended).toBe('stands');
  executor.resume?.();
  await expect.poll(stopped).toBe(0);
  const outcome = await unit;
  expect(outcome.ok || outcome.failure.code).toBe('wall-time-exceeded');
  expect(outcome.usage.wallMs).toBeGreaterThanOrEqual(wallMs - 1);
  expect(() => executor.setCpuShare?.(0.04)).toThrow(expect.objectContaining({ code: 'cpu-share-invalid' }));
});
