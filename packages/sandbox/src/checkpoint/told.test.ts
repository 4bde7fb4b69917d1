import { afterAll, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionCheckpoints } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { execute } from '../testing/request.ts';
import { compileAssemblyScript } from '../testing/probe.ts';
import { unmovableOf } from './not-movable.ts';

const executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger });
await executor.start();
afterAll(() => executor.stop());

const wishes = (unmovable: ExecutionCheckpoints['unmovable']): ExecutionCheckpoints => ({
  everyMs: 60_000,
  share: 1,
  stop: new AbortController().signal,
  save: () => Promise.resolve(),
  ...(unmovable === undefined ? {} : { unmovable }),
});

const endless = 'let x: u64 = 1; while (true) { x = x * 6364136223846793005 + 1; if (x == 0) unreachable(); }';

test('that a program cannot be moved is told while it runs', async () => {
  const program = await compileAssemblyScript(`export function asyncify_get_state(): i32 { return 0; }\n${endless}`);
  const controller = new AbortController();
  const told: { code: string; text: string }[] = [];
  const outcome = await execute(executor, program, {
    program: 'stuck',
    signal: controller.signal,
    checkpoints: wishes((reason) => {
      told.push(reason);
      controller.abort();
    }),
  });
  expect(outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
  expect(told).toEqual([{ code: 'asyncified', text: expect.stringContaining('asyncify') as string }]);
});

test('nothing is told of one that can be moved', async () => {
  const told: unknown[] = [];
  const outcome = await execute(executor, await compileAssemblyScript('export const one: i32 = 1;'), { program: 'fine', checkpoints: wishes((reason) => told.push(reason)) });
  expect(outcome.ok).toBe(true);
  expect(told).toEqual([]);
});

test('a reason that a child makes up is none', () => {
  expect(unmovableOf(new TextEncoder().encode('exceptions'))).toBe('exceptions');
  for (const text of ['', 'toString', '__proto__', 'exceptions ', 'x'.repeat(1000)]) expect(unmovableOf(new TextEncoder().encode(text))).toBeUndefined();
});
