import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type Executor, type OutputFile } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import type { Isolation } from '../launch/command.ts';
import { outputWindowBytes } from '../limits.ts';
import { execute } from '../testing/request.ts';
import { probeProgram } from '../testing/probe.ts';

const blockBytes = 65_536;

/** The levels that this machine can give. */
async function tryLevel(isolation: Isolation): Promise<Executor | undefined> {
  const executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, isolation });
  try {
    await executor.start();
    return executor;
  } catch {
    return undefined; // this machine cannot: said by the test below
  }
}

for (const level of ['full', 'partial', 'process'] as const) {
  const executor = await tryLevel(level);
  describe.skipIf(executor === undefined)(`large files at level ${level}${executor === undefined ? ' (not possible on this machine)' : ''}`, () => {
    let probe: Uint8Array;
    beforeAll(async () => {
      probe = await probeProgram();
    });
    afterAll(() => executor?.stop());

    /** Writes so many blocks, each beginning with its number. */
    async function written(blocks: number): Promise<OutputFile[]> {
      const outcome = await execute(executor as Executor, probe, { args: ['write', 'out/a', String(blocks)], limits: { outputBytes: blocks * blockBytes } });
      if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
      return outcome.files;
    }

    // Less than a slot, a part of one at the end, the whole window to the byte, and several times round.
    test.each([0, 3, 35, outputWindowBytes / blockBytes, (3 * outputWindowBytes) / blockBytes + 1])('%d blocks of 64 KiB come whole and in order', async (blocks) => {
      const [file] = await written(blocks);
      expect(file?.bytes.length).toBe(blocks * blockBytes);
      const bytes = file?.bytes as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      expect(Array.from({ length: blocks }, (_, i) => view.getUint32(i * blockBytes, true))).toEqual(Array.from({ length: blocks }, (_, i) => i));
    });

    test('one byte more than the job allows is refused', async () => {
      const outcome = await execute(executor as Executor, probe, { args: ['write', 'out/a', '40'], limits: { outputBytes: 40 * blockBytes - 1 } });
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'output-exceeded' } });
    });
  });
}
