import { expect, test } from 'vitest';
import { codeOf, type Clock, type ExecutionCheckpoints } from '@shoal/runtime';
import { toParent } from '../channel/frames.ts';
import { maxCheckpointBytes, wasmPageBytes } from '../limits.ts';
import { Checkpointing } from './checkpointing.ts';
import type { SandboxChild } from './child.ts';

const everyMs = 1000;
const pages = maxCheckpointBytes / (wasmPageBytes + 4);

/** Time that goes on when it is told to. */
class ManualClock {
  #timer: (() => void) | undefined;

  monotonic(): number {
    return 0;
  }

  setTimer(_delayMs: number, fn: () => void): () => void {
    this.#timer = fn;
    return () => (this.#timer = undefined);
  }

  /** Lets the one timer that is set fire. */
  fire(): void {
    const timer = this.#timer;
    this.#timer = undefined;
    timer?.();
  }
}

/** A run whose child sends so many pages as one checkpoint. */
async function told(count: number): Promise<{ saved: number; failures: unknown[]; asks: number[] }> {
  const failures: unknown[] = [];
  const asks: number[] = [];
  let saved = 0;
  const wishes: ExecutionCheckpoints = {
    everyMs,
    share: 1,
    stop: new AbortController().signal,
    save: () => Promise.resolve(void saved++),
    failed: (error) => failures.push(error),
  };
  const child = { send: (_kind: number, payload: Uint8Array) => void asks.push(payload[0] as number) } as unknown as SandboxChild;
  const clock = new ManualClock();
  const nothing = { usedMs: 0, stdout: new Uint8Array(0), log: new Uint8Array(0) };
  const checkpointing = new Checkpointing(child, clock as unknown as Clock, wishes, () => nothing, (text) => failures.push(text));
  const tick = (): unknown => checkpointing.take(toParent.tick, new Uint8Array(8));
  checkpointing.start();
  tick();
  clock.fire();
  tick();
  const page = new Uint8Array(4 + wasmPageBytes);
  for (let i = 0; i < count; i++) expect(checkpointing.take(toParent.page, page)).toBeUndefined();
  expect(checkpointing.take(toParent.checkpoint, new Uint8Array(12))).toBeUndefined();
  await Promise.resolve().then(() => undefined); // it is kept
  clock.fire();
  tick();
  checkpointing.end();
  return { saved, failures, asks };
}

test('a snapshot that is too large is not kept, it is told, and none is asked for again', async () => {
  const { saved, failures, asks } = await told(Math.ceil(pages) + 1);
  expect(saved).toBe(0);
  expect(failures.map(codeOf)).toEqual(['checkpoint-too-large']);
  expect((failures[0] as Error).message).toContain(String(maxCheckpointBytes));
  expect(asks).toEqual([0, 1, 0]);
});

test('one is asked for out of turn, once, and none after one was lost', async () => {
  const asks: number[] = [];
  let ask = (): void => undefined;
  let keep = true;
  const wishes: ExecutionCheckpoints = {
    everyMs,
    share: 1,
    stop: new AbortController().signal,
    asker: (given) => void (ask = given),
    save: () => (keep ? Promise.resolve() : Promise.reject(new Error('the disk is full'))),
  };
  const child = { send: (_kind: number, payload: Uint8Array) => void asks.push(payload[0] as number) } as unknown as SandboxChild;
  const nothing = { usedMs: 0, stdout: new Uint8Array(0), log: new Uint8Array(0) };
  const checkpointing = new Checkpointing(child, new ManualClock() as unknown as Clock, wishes, () => nothing, () => undefined);
  const tick = (): unknown => checkpointing.take(toParent.tick, new Uint8Array(8));
  const come = async (): Promise<void> => {
    expect(checkpointing.take(toParent.checkpoint, new Uint8Array(12))).toBeUndefined();
    await Promise.resolve().then(() => undefined); // it is kept, or lost
  };
  checkpointing.start();
  tick();
  ask();
  ask();
  tick();
  await come();
  tick();
  keep = false;
  ask();
  tick();
  await come();
  ask();
  tick();
  checkpointing.end();
  expect(asks).toEqual([0, 1, 0, 1, 0]);
});

test('one that is just small enough is kept, and the next one asked for', async () => {
  const { saved, failures, asks } = await told(Math.floor(pages));
  expect(saved).toBe(1);
  expect(failures).toEqual([]);
  expect(asks).toEqual([0, 1, 1]);
});
