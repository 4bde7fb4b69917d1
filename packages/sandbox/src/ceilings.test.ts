import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock, type Executor } from '@shoal/runtime';
import { createWasmExecutor } from './executor.ts';
import { maxModuleGlobals, maxModuleTables } from './limits.ts';
import { outsize } from './testing/outsize.ts';
import { probeProgram } from './testing/probe.ts';
import { execute, textOf } from './testing/request.ts';

const prepareMs = 300;

describe('ceilings that no job sets', () => {
  let executor: Executor;
  let probe: Uint8Array;
  beforeAll(async () => {
    probe = await probeProgram();
    executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, isolation: 'process' });
    await executor.start();
  });
  afterAll(() => executor.stop());

  const runs = async (on: Executor): Promise<void> => {
    const next = await execute(on, probe, { args: ['fib', '10'] });
    expect(next.ok && textOf(next.stdout)).toBe('55');
  };

  it.each([
    ['tables', 'tables-exceeded', /101 tables, more than 100/],
    ['elements', 'tables-exceeded', /10000001 elements, more than/],
    ['globals', 'globals-exceeded', /100001 globals, more than/],
    ['functions', 'module-too-large', /1000001 functions, more than/],
    ['bytes', 'module-too-large', /134217729 bytes, more than/],
  ] as const)('one more of its %s fails a unit as %s, everywhere, and the next unit runs', async (what, code, text) => {
    const outcome = await execute(executor, outsize[what](), { program: what });
    expect(outcome).toMatchObject({ ok: false, failure: { code, deterministic: true, message: expect.stringMatching(text) as string } });
    await runs(executor);
  });

  it.each([
    ['tables', maxModuleTables],
    ['globals', maxModuleGlobals],
  ] as const)('as many %s as may be are taken', async (what, count) => {
    expect(await execute(executor, outsize[what](count), { program: `${what} that may be` })).toMatchObject({ ok: true });
  });

  it('a program that is not ready in time fails as instantiation-exceeded, which another peer may do better', async () => {
    const hurried = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, isolation: 'process', prepareMs });
    await hurried.start();
    try {
      const outcome = await execute(hurried, outsize.slow(), { program: 'slow' });
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'instantiation-exceeded', deterministic: false, message: expect.stringMatching(/300 ms/) as string } });
    } finally {
      await hurried.stop();
    }
    expect(await execute(executor, outsize.slow(), { program: 'slow' })).toMatchObject({ ok: true });
  });
});
