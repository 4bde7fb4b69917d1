import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { KeptImage } from '../testing/kept-image.ts';
import { execute, memoryInput, textOf } from '../testing/request.ts';
import { wandererProgram } from '../testing/wanderer.ts';

/** Long enough for twenty moves on a fast machine. */
const rounds = '3000';
const input = (): ReturnType<typeof memoryInput> => memoryInput('/in/input', Uint8Array.from({ length: 500_000 }, (_, i) => (i * i) >> 3));
const never = new AbortController().signal;

let here: Executor;
let there: Executor;
let program: Uint8Array;
let undisturbed: Extract<ExecutionOutcome, { ok: true }>;

beforeAll(async () => {
  program = await wandererProgram();
  [here, there] = [0, 1].map(() => createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger })) as [Executor, Executor];
  await Promise.all([here.start(), there.start()]);
  undisturbed = must(await execute(here, program, { args: [rounds], inputs: [input()], limits: { memoryBytes: 64 << 20, wallMs: 120_000 } }));
}, 60_000);

afterAll(() => Promise.all([here.stop(), there.stop()]));

function must(outcome: ExecutionOutcome): Extract<ExecutionOutcome, { ok: true }> {
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome;
}

function expectSame(outcome: ExecutionOutcome): void {
  const { stdout, files, usage, log } = must(outcome);
  expect(textOf(stdout)).toBe(textOf(undisturbed.stdout));
  expect(files).toEqual(undisturbed.files);
  expect(usage.fuel).toBe(undisturbed.usage.fuel);
  expect(textOf(log)).toBe(textOf(undisturbed.log));
}

const run = (executor: Executor, image: KeptImage, everyMs: number, stop = never, signal = never): Promise<ExecutionOutcome> =>
  execute(executor, program, {
    args: [rounds],
    inputs: [input()],
    limits: { memoryBytes: 64 << 20, wallMs: 120_000 },
    signal,
    checkpoints: { everyMs, share: 1, resume: image.snapshot(), save: image.save, stop },
  });

test('a unit that is saved now and then ends as one that is not, and sends only what changed', async () => {
  const image = new KeptImage();
  const outcome = await run(here, image, 100);
  expectSame(outcome);
  expect(image.saves).toBeGreaterThan(1);
  expect(image.changed).toBeLessThan(image.pages.size / 2);
}, 60_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A random moment: mostly some time after the next checkpoint, now and then before. */
async function later(attempt: number, image: KeptImage): Promise<void> {
  const { saves } = image;
  const most = attempt % 5 === 4 ? 0 : 3000;
  for (let waited = 0; image.saves === saves && waited < most; waited += 10) await pause(10);
  await pause(randomInt(120));
}

test('a unit that is killed or called off at twenty random moments and moves between two sandboxes ends the same', async () => {
  const image = new KeptImage();
  let moves = 0;
  for (let attempt = 0; ; attempt++) {
    const kill = new AbortController();
    const stop = new AbortController();
    const before = image.fuel;
    const running = run(attempt % 2 === 0 ? here : there, image, 20, stop.signal, kill.signal);
    if (attempt < 20) void later(attempt, image).then(() => (attempt % 3 === 0 ? stop : kill).abort());
    const outcome = await running;
    if (image.fuel > before) moves++;
    if (!outcome.ok && outcome.failure.code === 'cancelled') continue;
    expect(outcome.usage.beganAnew).toBeUndefined();
    expectSame(outcome);
    break;
  }
  expect(moves).toBeGreaterThan(5);
}, 180_000);

test('the time that a unit used goes with it: it does not have all of its limit again', async () => {
  const image = new KeptImage();
  const stop = new AbortController();
  const long = { args: ['900000'], inputs: [input()] };
  const onProgress = (): void => void setTimeout(() => stop.abort(), 300);
  await execute(here, program, { ...long, onProgress, limits: { memoryBytes: 64 << 20 }, checkpoints: { everyMs: 60_000, share: 1, save: image.save, stop: stop.signal } });
  expect(image.usedMs).toBeGreaterThan(100);
  const checkpoints = { everyMs: 60_000, share: 1, resume: image.snapshot(), save: image.save, stop: never };
  const outcome = await execute(there, program, { ...long, limits: { memoryBytes: 64 << 20, wallMs: image.usedMs + 200 }, checkpoints });
  expect(outcome).toMatchObject({ ok: false, failure: { code: 'wall-time-exceeded' } });
  expect(outcome.usage.wallMs, 'what was left, and no second try').toBeLessThan(image.usedMs + 200);
}, 60_000);

test('a snapshot of another unit is refused, and the unit begins anew', async () => {
  const image = new KeptImage();
  const stop = new AbortController();
  // Some time after its first round, whenever that is.
  const onProgress = (): void => void setTimeout(() => stop.abort(), 300);
  await execute(here, program, { onProgress, args: ['900000'], inputs: [input()], limits: { memoryBytes: 64 << 20 }, checkpoints: { everyMs: 60_000, share: 1, save: image.save, stop: stop.signal } });
  expect(image.saves).toBe(1);
  const outcome = await run(there, image, 60_000);
  expectSame(outcome);
  expect(outcome.usage.beganAnew).toContain('expected probe with');
}, 60_000);
