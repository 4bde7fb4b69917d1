import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor, type ExecutorInfo, type PeerId } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { commandFor, type Command } from '../launch/command.ts';
import { defaultEntry } from '../launch/paths.ts';
import { findTools } from '../launch/tools.ts';
import { dieOften, remains } from '../testing/deaths.ts';
import { probeProgram } from '../testing/probe.ts';
import { sandboxProcesses } from '../testing/processes.ts';
import { execute, textOf } from '../testing/request.ts';
import { SandboxChild } from './child.ts';
import { Pool, type Claim, type Seat } from './pool.ts';

let probe: Uint8Array;
let executor: Executor;

beforeAll(async () => {
  probe = await probeProgram();
});

async function start(slots: number, isolation?: ExecutorInfo['isolation']): Promise<Executor> {
  executor = createWasmExecutor({ slots, clock: systemClock, logger: silentLogger, ...(isolation === undefined ? {} : { isolation }) });
  await executor.start();
  return executor;
}

afterEach(() => executor?.stop());

const children = sandboxProcesses;

const failure = (outcome: ExecutionOutcome): string => (outcome.ok ? 'none' : outcome.failure.code);

test('a child that dies in the middle of a unit is that unit\'s failure; the pool heals', async () => {
  await start(1, 'process');
  let killed = 0;
  const onLog = (): void => {
    // Which of the children runs it cannot be seen from outside: all of them die.
    for (const child of children()) {
      process.kill(child.pid, 'SIGKILL');
      killed++;
    }
  };
  const outcome = await execute(executor, probe, { args: ['loop'], onLog });
  expect(killed).toBeGreaterThan(0);
  expect(failure(outcome)).toBe('sandbox-crashed');
  expect(outcome.ok || outcome.failure.message).toMatch(/SIGKILL/);
  expect(textOf(outcome.log)).toBe('looping');
  for (let i = 0; i < 3; i++) {
    const after = await execute(executor, probe, { args: ['fib', '10'] });
    expect(after.ok && textOf(after.stdout)).toBe('55');
  }
});

test('as many units run at once as there are slots, and no more', async () => {
  await start(2);
  const controller = new AbortController();
  const running = new Set<number>();
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const units = [1, 2, 3].map((i) => {
    const onLog = (): void => {
      running.add(i);
      if (running.size === 2) resolve();
    };
    return execute(executor, probe, { args: ['loop'], signal: controller.signal, onLog });
  });
  await both;
  // The third needs a slot: it runs as soon as one of the others ends, and never did before.
  expect(running).toEqual(new Set([1, 2]));
  controller.abort();
  expect((await Promise.all(units)).map(failure)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect(running.size).toBe(2);
});

test('a child serves one submitter only, and goes on serving it', async () => {
  const command = commandFor('process', { nodePath: process.execPath, tools: await findTools(process.execPath), entry: defaultEntry });
  const start = (): SandboxChild => new SandboxChild(command as Command, systemClock);
  const pool = new Pool({ slots: 1, start, clock: systemClock, logger: silentLogger });
  const served: SandboxChild[] = [];
  for (const submitter of ['a', 'a', 'b'] as PeerId[]) {
    const { child } = (await pool.acquire({ submitter }, new AbortController().signal)) as Seat<Claim>;
    expect(child.submitter).toBe(submitter);
    served.push(child);
    pool.release(child);
  }
  expect(served[1]).toBe(served[0]);
  expect(served[2]).not.toBe(served[0]);
  await pool.stop();
  expect(children()).toEqual([]);
});

test('stop ends running units at once, rejects those that wait, and leaves no process', async () => {
  await start(2);
  const { promise: looping, resolve } = Promise.withResolvers<void>();
  const units = Array.from({ length: 4 }, () => execute(executor, probe, { args: ['loop'], onLog: () => resolve() }));
  const settled = Promise.allSettled(units);
  await looping;
  const from = systemClock.monotonic();
  await executor.stop();
  expect(systemClock.monotonic() - from).toBeLessThan(1000);
  for (const each of await settled) {
    expect(each.status).toBe('rejected');
    expect((each as PromiseRejectedResult).reason).toMatchObject({ code: 'executor-stopped' });
  }
  expect(children()).toEqual([]);
  await expect(execute(executor, probe, { args: ['fib', '5'] })).rejects.toMatchObject({ code: 'executor-stopped' });
  await executor.stop();
});

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process: what the test wants to see
  }
};

test.each(['full', 'partial', 'process'] as const)('at level %s, children die with a parent that is killed', async (level) => {
  const script = fileURLToPath(new URL('../testing/lone-host.ts', import.meta.url));
  const host = spawn(process.execPath, ['--conditions=@shoal/source', '--no-warnings', script, level], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [said] = (await Promise.race([once(host.stdout, 'data'), once(host.stderr, 'data')])) as [Buffer];
  // A machine without that level says so.
  if (!said.includes('running')) return expect(said.toString()).toMatch(/sandbox-unavailable/);
  const theirs = children(host.pid as number);
  expect(theirs.length).toBeGreaterThanOrEqual(2);
  host.kill('SIGKILL');
  await expect.poll(() => theirs.filter(({ pid }) => lives(pid)), { timeout: 5000 }).toEqual([]);
});

test('the signal to the outcome of a cancelled unit takes a few milliseconds', async () => {
  await start(1);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController();
    let from = 0;
    const onLog = (): void => {
      from = systemClock.monotonic();
      controller.abort();
    };
    expect(failure(await execute(executor, probe, { args: ['loop'], signal: controller.signal, onLog }))).toBe('cancelled');
    times.push(systemClock.monotonic() - from);
  }
  expect(Math.min(...times)).toBeLessThan(10);
});

test('a hundred units that die in every way end with its reason and leave the pool as it was', async () => {
  await start(2, 'process');
  expect(await dieOften(executor, probe, 16)).toEqual([]);
  const before = remains();
  expect(await dieOften(executor, probe, 96)).toEqual([]);
  const after = await execute(executor, probe, { args: ['fib', '10'] });
  expect(after.ok && textOf(after.stdout)).toBe('55');
  // Two slots and their spares, each with a pipe or two.
  await expect.poll(() => remains().processes, { timeout: 5000 }).toBeLessThanOrEqual(4);
  expect(remains().descriptors).toBeLessThanOrEqual(before.descriptors + 12);
  await executor.stop();
  expect(remains()).toMatchObject({ processes: 0, temporaryFiles: 0 });
}, 60_000);

test('start fails clearly where a level cannot be had, and info needs a start', async () => {
  executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, nodePath: '/nowhere/node', isolation: 'process' });
  expect(() => executor.info()).toThrow(/start/);
  await expect(executor.start()).rejects.toMatchObject({ code: expect.stringMatching(/sandbox-unavailable|ENOENT/) as string });
});
