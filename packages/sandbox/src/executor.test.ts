import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type Executor } from '@shoal/runtime';
import { createWasmExecutor } from './executor.ts';
import type { Isolation } from './launch/command.ts';
import { conformanceCases } from './testing/conformance.ts';
import { probeProgram } from './testing/probe.ts';

/** The levels that this machine can give. */
async function tryLevel(isolation: Isolation): Promise<Executor | undefined> {
  const executor = createWasmExecutor({ slots: 2, clock: systemClock, logger: silentLogger, isolation });
  try {
    await executor.start();
    return executor;
  } catch {
    return undefined; // this machine cannot: said by the test below
  }
}

// Partial has no code of its own beyond its command line, which the attacks and the pool's tests start.
for (const level of ['full', 'process'] as const) {
  const executor = await tryLevel(level);
  describe.skipIf(executor === undefined)(`executor conformance at level ${level}${executor === undefined ? ' (not possible on this machine)' : ''}`, () => {
    let probe: Uint8Array;
    beforeAll(async () => {
      probe = await probeProgram();
    });
    afterAll(() => executor?.stop());
    test.each(conformanceCases)('$name', ({ run }) => run({ executor: executor as Executor, probe }));
    test('says its level', () => expect((executor as Executor).info()).toMatchObject({ isolation: level, engines: ['wasm'], slots: 2 }));
  });
}
