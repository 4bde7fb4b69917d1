import type { Cid, Crypto, PeerId, Random } from '@shoal/runtime';
import { decodeResult, documentCid, encodeResult } from '@shoal/protocol';
import type { RunOutcome } from '@shoal/engine';

/**
 * honest; slow; flaky: its runs fail by chance; lying: every result is its own falsehood; colluding: all of them tell
 * the same one; sleeping: honest for a while, then lying; silent: takes units and never ends them; secretive: commits and never shows; turncoat: shows something
 * else than it had committed to; copying: runs nothing, and says what others said; usurping: accepts what nobody
 * showed in the requester's name, and says that it keeps what it has not: as a steward or keeper too.
 */
export type WorkerKind = 'honest' | 'slow' | 'flaky' | 'lying' | 'colluding' | 'sleeping' | 'silent' | 'secretive' | 'turncoat' | 'copying' | 'usurping';

/** Those whose results are true and come at last. */
export const soundKinds: ReadonlySet<WorkerKind> = new Set<WorkerKind>(['honest', 'slow', 'flaky']);

/** Those whose software is not the engine's alone: they may break the protocol. */
export const bentKinds: ReadonlySet<WorkerKind> = new Set<WorkerKind>(['copying', 'usurping', 'secretive', 'turncoat']);

/** A unit to be run at a simulated peer. */
export interface UnitRun {
  /** The job's number in the scenario: the same in every run, whatever its id. */
  job: number;
  unit: number;
  /** Cost of the unit, the same for everybody. */
  fuel: number;
  /** Its output is named by the result, not in it. */
  linked: boolean;
  /** Said in its output, where that is for its requester alone. */
  words: string;
  peer: PeerId;
  /** It has run so many more units than those for which a sleeping one is honest; negative: it still is. */
  awakeFor: number;
}

/** Runs of a flaky worker that fail. */
export const failureShare = 0.3;
/** A slow worker takes so many times as long. */
export const slowness = 8;
export const linkedBytes = 100_000;
const noLog = new Uint8Array();

/** The true result of a unit. */
export function trueResult(run: Pick<UnitRun, 'job' | 'unit' | 'fuel' | 'linked' | 'words'>, crypto: Crypto): ReturnType<typeof encodeResult> {
  return resultWith(`${run.job}/${run.unit}`, run, crypto);
}

/** How a worker of this kind ends a run: after so long, with that; undefined: never. */
export function behave(
  kind: WorkerKind,
  run: UnitRun,
  input: { fuelPerMs: number; random: Random; crypto: Crypto },
): { afterMs: number; outcome: RunOutcome } | undefined {
  const { random, crypto } = input;
  const afterMs = Math.ceil((run.fuel / input.fuelPerMs) * (kind === 'slow' ? slowness : 1) * (0.95 + random.float() * 0.1));
  const done = (result: ReturnType<typeof encodeResult>): { afterMs: number; outcome: RunOutcome } => ({
    afterMs,
    outcome: { ok: true, result: result.cid, document: result.bytes, log: noLog },
  });
  switch (kind) {
    case 'silent':
    case 'copying':
      return undefined;
    case 'lying':
      return done(falsehood(run, crypto));
    case 'colluding':
      return done(resultWith(`agreed falsehood ${run.job}/${run.unit}`, run, crypto));
    case 'sleeping':
      return done(run.awakeFor < 0 ? trueResult(run, crypto) : falsehood(run, crypto));
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
    case 'secretive':
    case 'turncoat':
    case 'usurping':
      return done(trueResult(run, crypto));
  }
}

function falsehood(run: UnitRun, crypto: Crypto): ReturnType<typeof encodeResult> {
  return resultWith(`false ${run.peer}/${run.job}/${run.unit}`, run, crypto);
}

function resultWith(text: string, { fuel, linked, words }: Pick<UnitRun, 'fuel' | 'linked' | 'words'>, crypto: Crypto): ReturnType<typeof encodeResult> {
  const output = new TextEncoder().encode(text + words);
  const stdout = linked ? { cid: documentCid(output, crypto), bytes: linkedBytes } : { inline: output };
  return encodeResult({ stdout, files: [], fuel }, crypto);
}

/** What a result names outside of itself: the one output, where it is linked. */
export function rootsIn(document: Uint8Array): Cid[] {
  const { stdout } = decodeResult(document);
  return 'cid' in stdout ? [stdout.cid] : [];
}
