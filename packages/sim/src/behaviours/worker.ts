import type { Cid, Crypto, PeerId, Random } from '@shoal/runtime';
import { encodeResult, type JobSpec } from '@shoal/protocol';
import type { RunOutcome } from '@shoal/engine';

export type WorkerKind = 'honest' | 'slow' | 'flaky' | 'lying' | 'colluding' | 'silent';

/** A unit to be run at a simulated peer. */
export interface UnitRun {
  job: Cid;
  unit: number;
  spec: JobSpec;
  /** Cost of the unit, the same for everybody. */
  fuel: number;
  peer: PeerId;
}

const failureShare = 0.3;
const slowness = 8;
const noLog = new Uint8Array();

/** The true result of a unit. */
export function trueResult(run: Pick<UnitRun, 'job' | 'unit' | 'fuel'>, crypto: Crypto): { cid: Cid; bytes: Uint8Array } {
  return resultWith(`${run.job}/${run.unit}`, run.fuel, crypto);
}

/** How a worker of this kind ends a run: after so long, with that; undefined: never. */
export function behave(
  kind: WorkerKind,
  run: UnitRun,
  input: { fuelPerMs: number; random: Random; crypto: Crypto },
): { afterMs: number; outcome: RunOutcome } | undefined {
  const { random, crypto } = input;
  const afterMs = Math.ceil((run.fuel / input.fuelPerMs) * (kind === 'slow' ? slowness : 1) * (0.95 + random.float() * 0.1));
  const done = (result: { cid: Cid; bytes: Uint8Array }): { afterMs: number; outcome: RunOutcome } => ({
    afterMs,
    outcome: { ok: true, result: result.cid, document: result.bytes, log: noLog },
  });
  switch (kind) {
    case 'silent':
      return undefined;
    case 'lying':
      return done(resultWith(`false ${run.peer}/${run.job}/${run.unit}`, run.fuel, crypto));
    case 'colluding':
      return done(resultWith(`agreed falsehood ${run.job}/${run.unit}`, run.fuel, crypto));
    case 'flaky':
      if (random.float() < failureShare) {
        return {
          afterMs: Math.ceil(afterMs * random.float()),
          outcome: { ok: false, code: 'sandbox-crashed', message: 'the sandbox crashed', deterministic: false, log: noLog },
        };
      }
      return done(trueResult(run, crypto));
    case 'honest':
    case 'slow':
      return done(trueResult(run, crypto));
  }
}

function resultWith(text: string, fuel: number, crypto: Crypto): { cid: Cid; bytes: Uint8Array } {
  return encodeResult({ stdout: { inline: new TextEncoder().encode(text) }, files: [], fuel }, crypto);
}
