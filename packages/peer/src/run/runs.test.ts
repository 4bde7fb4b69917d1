import { silentLogger, systemClock, systemCrypto, type Executor, type ExecutionOutcome } from '@shoal/runtime';
import { documentCid, type JobSpec } from '@shoal/protocol';
import type { Effect, EngineEvent } from '@shoal/engine';
import { createMemoryBlobStore } from '@shoal/store';
import { describe, expect, it, test } from 'vitest';
import type { Parts } from '../parts.ts';
import { Runs, savesRuns } from './runs.ts';

const bytes = new TextEncoder().encode('program');
const job = documentCid(bytes, systemCrypto);

async function rigOf() {
  const store = createMemoryBlobStore();
  await store.start();
  const { cid } = await store.importFile((async function* () { yield bytes; })());
  const ends: ((outcome: ExecutionOutcome) => void)[] = [];
  const told: EngineEvent[] = [];
  const executor = { execute: () => new Promise<ExecutionOutcome>((resolve) => ends.push(resolve)) } as unknown as Executor;
  const driver = { handle: (event: EngineEvent) => void told.push(event) };
  const parts = { clock: systemClock, crypto: systemCrypto, logger: silentLogger, store, executor, driver, stopping: new AbortController().signal } as unknown as Parts;
  const spec = { program: { cid }, units: { kind: 'count', count: 1 }, args: [], env: {}, resources: {} } as unknown as JobSpec;
  const effect: Extract<Effect, { type: 'execute' }> = { type: 'execute', job, unit: 0, requester: 'somebody' as never, resume: undefined, meanMs: undefined, helpers: [], spec };
  return { runs: new Runs(() => parts), ends, told, effect };
}

const usage = { wallMs: 1, inputBytes: 0, peakMemoryBytes: 0 };
const cancelled: ExecutionOutcome = { ok: false, failure: { code: 'cancelled', message: '', deterministic: false }, log: new Uint8Array(), usage };
const succeeded: ExecutionOutcome = { ok: true, stdout: new Uint8Array(), files: [], log: new Uint8Array(), usage };

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test.each([
  ['wasm', 'auto', 600_000, undefined, true],
  ['wasm', 'auto', 599_999, undefined, false],
  ['wasm', 'auto', 3_600_000, 1_000, false],
  ['quickjs-1', 'auto', 1_799_999, undefined, false],
  ['quickjs-1', 'auto', 1_800_000, undefined, true],
  ['wasm', 'always', 1, undefined, true],
  ['wasm', 'never', 3_600_000, undefined, false],
] as const)('%s, %s, %i ms at most, %s ms on average: saved now and then %s', (engine, checkpoint, wallMs, meanMs, saved) => {
  const spec = { program: { engine }, checkpoint, resources: { wallMs } } as unknown as Parameters<typeof savesRuns>[0]['spec'];
  expect(savesRuns({ spec, meanMs })).toBe(saved);
});

describe('a unit that is called off and given again at once', () => {
  it('is told of once, with the outcome of its second run', async () => {
    const { runs, ends, told, effect } = await rigOf();
    runs.start(effect);
    await until(() => ends.length === 1);
    runs.abort(job, 0);
    runs.start(effect);
    await until(() => ends.length === 2);
    ends[0]?.(cancelled); // the sandbox says so only now
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told).toEqual([]);
    expect(runs.list(systemClock.now())).toHaveLength(1);
    ends[1]?.(succeeded);
    await until(() => told.length > 0);
    expect(told).toMatchObject([{ type: 'executed', unit: 0, outcome: { ok: true } }]);
    expect(runs.list(systemClock.now())).toEqual([]);
  });
});
