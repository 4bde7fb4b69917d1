import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor } from '@shoal/runtime';
import { toChild, type UnitOrder } from '../channel/frames.ts';
import { createWasmExecutor } from '../executor.ts';
import { probeProgram } from '../testing/probe.ts';
import { sandboxProcesses } from '../testing/processes.ts';
import { execute, textOf, type RequestOptions } from '../testing/request.ts';
import { SandboxChild } from './child.ts';

let probe: Uint8Array;
let executor: Executor;
/** How many units each message brought. */
let told: number[];
/** Whom children served, and what the units said whose they are. */
let served: Map<unknown, Set<string>>;

beforeAll(async () => {
  probe = await probeProgram();
});

beforeEach(() => {
  told = [];
  served = new Map();
  const send = SandboxChild.prototype.sendJson;
  vi.spyOn(SandboxChild.prototype, 'sendJson').mockImplementation(function (this: SandboxChild, kind, value) {
    if (kind === toChild.run || kind === toChild.batch) note(this.submitter, (Array.isArray(value) ? value : [value]) as UnitOrder[]);
    send.call(this, kind, value);
  });
});

function note(submitter: unknown, orders: UnitOrder[]): void {
  told.push(orders.length);
  for (const who of orders.map(({ env }) => env['WHO'])) if (who !== undefined) served.set(submitter, (served.get(submitter) ?? new Set()).add(who));
}

afterEach(async () => {
  vi.restoreAllMocks();
  await executor.stop();
});

const failure = (outcome: ExecutionOutcome): string => (outcome.ok ? textOf(outcome.stdout) : outcome.failure.code);

const quick = (options: RequestOptions = {}): Promise<ExecutionOutcome> => execute(executor, probe, { args: ['fib', '10'], ...options });

/** An executor that knows by experience that the probe's units are short. */
async function start(slots: number): Promise<void> {
  executor = createWasmExecutor({ slots, clock: systemClock, logger: silentLogger, isolation: 'process' });
  await executor.start();
  for (let i = 0; i < 40; i++) await quick();
  told = [];
}

/** Takes a slot until the returned function is called. */
async function hold(): Promise<() => Promise<unknown>> {
  const controller = new AbortController();
  const { promise: runs, resolve } = Promise.withResolvers<void>();
  const unit = quick({ args: ['loop'], signal: controller.signal, onLog: () => resolve() });
  await runs;
  return () => (controller.abort(), unit);
}

describe('short units that wait for a slot', () => {
  it('go to their child together, in their order, each with its own result and log', async () => {
    await start(1);
    const order: number[] = [];
    const units = Array.from({ length: 20 }, (_, i) => quick({ args: ['fib', `${i}`], env: { N: `${i}` } }).then((outcome) => (order.push(i), outcome)));
    const fib = [0, 1];
    for (let i = 2; i < 20; i++) fib.push((fib[i - 1] as number) + (fib[i - 2] as number));
    expect((await Promise.all(units)).map(failure)).toEqual(fib.map(String));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(told.length).toBeLessThan(20);
    expect(Math.max(...told)).toBeGreaterThan(2);
  });

  it('are not held up, nor blamed, by one that overruns its limits', async () => {
    await start(1);
    const limits = { wallMs: 400 };
    const units = Array.from({ length: 12 }, (_, i) => quick({ args: i === 4 ? ['loop'] : ['fib', '10'], limits }));
    const ends = (await Promise.all(units)).map(failure);
    expect(ends).toEqual(ends.map((_, i) => (i === 4 ? 'wall-time-exceeded' : '55')));
    expect(Math.max(...told)).toBeGreaterThan(2);
  });

  it('run again when their child dies under another unit', async () => {
    await start(1);
    const onLog = (): void => {
      for (const { pid } of sandboxProcesses()) process.kill(pid, 'SIGKILL');
    };
    const units = Array.from({ length: 12 }, (_, i) => quick(i === 4 ? { args: ['loop'], onLog } : {}));
    const ends = (await Promise.all(units)).map(failure);
    expect(ends).toEqual(ends.map((_, i) => (i === 4 ? 'sandbox-crashed' : '55')));
  });

  it('are called off alone, before and while they run', async () => {
    await start(1);
    const controller = new AbortController();
    const last = new AbortController();
    const units = Array.from({ length: 12 }, (_, i) => {
      if (i === 4) return quick({ args: ['loop'], signal: controller.signal, onLog: () => controller.abort() });
      return quick(i === 9 ? { signal: last.signal } : {});
    });
    last.abort();
    const ends = (await Promise.all(units)).map(failure);
    expect(ends).toEqual(ends.map((_, i) => (i === 4 || i === 9 ? 'cancelled' : '55')));
  });

  it('leave their place behind a long one where there is room elsewhere', async () => {
    await start(2);
    const held = [await hold(), await hold()];
    const controller = new AbortController();
    const long = quick({ args: ['loop'], signal: controller.signal });
    const units = Array.from({ length: 9 }, () => quick());
    await Promise.all(held.map((end) => end()));
    expect((await Promise.all(units)).map(failure)).toEqual(units.map(() => '55'));
    expect(Math.max(...told)).toBeGreaterThan(2); // they had gone to a child together
    controller.abort();
    expect(failure(await long)).toBe('cancelled');
  });

  it('never share a child with another submitter\'s', async () => {
    await start(1);
    const end = await hold();
    const units = Array.from({ length: 12 }, (_, i) => quick({ submitter: `submitter-${i % 2}`, env: { WHO: `submitter-${i % 2}` } }));
    await end();
    expect((await Promise.all(units)).map(failure)).toEqual(units.map(() => '55'));
    expect(served.size).toBe(2);
    for (const [submitter, said] of served) expect(said).toEqual(new Set([submitter]));
    expect(Math.max(...told)).toBeGreaterThan(1);
  });
});
