import { silentLogger, systemClock, systemCrypto, type Cid, type ExecutionCheckpoints, type ExecutionInput, type ExecutionOutcome, type Executor, type PeerId } from '@shoal/runtime';
import { createSandbox, describeEngine, prepareProgram, type PreparedProgram } from '@shoal/sandbox';
import { peerDefaults } from '../defaults.ts';
import { argumentsOf, unitVariables } from '../run/inputs.ts';
import { differenceOf } from './compare.ts';
import { filesOf, mountFile } from './inputs.ts';

/** What is tried, as `JobRequest` would have it. */
export interface TryRequest {
  /** A path to a program, or its bytes. */
  program: string | Uint8Array;
  engine?: string;
  args?: string[];
  env?: Record<string, string>;
  /** Files and folders of files: one unit a file, as on a dataset. */
  inputs?: string[];
  /** Units, when there is no input. Default 1. */
  count?: number;
  memoryBytes?: number;
  wallMs?: number;
  outputBytes?: number;
  /** Where engines of a peer's own are installed. */
  enginesFolder?: string;
  /** Run every unit only once: whether it is deterministic is not found out. */
  once?: boolean;
}

export interface TriedUnit {
  unit: number;
  /** Name of its input, where it has one. */
  input?: string;
  outcome: ExecutionOutcome;
  /** Whether a second run, in another process, gave the same bytes and fuel; absent when there was none. */
  deterministic?: boolean;
  /** What differed. */
  difference?: string;
  /** Why its run cannot be saved and go on elsewhere; absent where it can, or where nobody looked. */
  unmovable?: string;
}

export interface TryReport {
  program: string;
  engine: string;
  isolation: string;
  /** Whether runs of the engine can be saved and go on elsewhere, unless a unit says why not. */
  checkpoint: boolean;
}

export interface TryOptions {
  signal: AbortSignal;
  /** Told before the first unit runs. */
  onReady?: (report: TryReport) => void;
  onProgress?: (unit: number, fraction: number, text: string) => void;
  /** What it has found so far. */
  onPartial?: (unit: number, text: string) => void;
}

/** Runs a program's units here, one after the other, in exactly the sandbox in which peers would run them. */
export async function* tryProgram(request: TryRequest, options: TryOptions): AsyncGenerator<TriedUnit> {
  const prepared = await prepareProgram(request.program, { engine: request.engine, signal: options.signal });
  const paths = (await Promise.all((request.inputs ?? []).map(filesOf))).flat();
  const count = paths.length > 0 ? paths.length : (request.count ?? 1);
  const executor = createSandbox({ enginesFolder: request.enginesFolder, slots: 1, clock: systemClock, logger: silentLogger });
  await executor.start({ signal: options.signal });
  try {
    const { isolation } = executor.info();
    const { name: program, engine } = prepared;
    options.onReady?.({ program, engine, isolation, checkpoint: describeEngine(engine)?.checkpoint ?? false });
    for (let unit = 0; unit < count; unit++) {
      options.signal.throwIfAborted();
      const path = paths[unit];
      await using input = path === undefined ? undefined : await mountFile(path);
      yield await tryUnit({ executor, request, prepared, unit, count, input, options });
    }
  } finally {
    await executor.stop();
  }
}

interface UnitTry {
  executor: Executor;
  request: TryRequest;
  prepared: PreparedProgram;
  unit: number;
  count: number;
  input: ExecutionInput | undefined;
  options: TryOptions;
}

async function tryUnit(unitTry: UnitTry): Promise<TriedUnit> {
  const { request, unit, input } = unitTry;
  const outcome = await runOnce(unitTry, 'first');
  const tried: TriedUnit = { unit, ...(input === undefined ? {} : { input: input.path.slice('/in/'.length) }), outcome };
  if (request.once === true || (!outcome.ok && !outcome.failure.deterministic)) return tried;
  const second = await runOnce(unitTry, 'second');
  const difference = differenceOf(outcome, second);
  const unmovable = second.usage.unmovable?.text;
  return {
    ...tried,
    deterministic: difference === undefined,
    ...(difference === undefined ? {} : { difference }),
    ...(unmovable === undefined ? {} : { unmovable }),
  };
}

/** The second run is made ready to be saved, as peers do it, which also says whether that can be done; it never is. */
const neverSaved: ExecutionCheckpoints = { everyMs: 3_600_000, share: 0.01, save: () => Promise.resolve(), stop: new AbortController().signal };

/** Another submitter gets another process: nothing of the first run is there in the second. */
function runOnce({ executor, request, prepared, unit, count, input, options }: UnitTry, submitter: 'first' | 'second'): Promise<ExecutionOutcome> {
  const { signal, onProgress, onPartial } = options;
  return executor.execute(
    {
      submitter: submitter as PeerId,
      program: { cid: Buffer.from(systemCrypto.sha256(prepared.bytes)).toString('hex') as Cid, load: () => Promise.resolve(prepared.bytes) },
      engine: prepared.engine,
      args: argumentsOf({ args: request.args ?? [] }, input),
      env: { ...request.env, ...unitVariables(unit, count) },
      inputs: input === undefined ? [] : [input],
      limits: {
        memoryBytes: request.memoryBytes ?? peerDefaults.unitMemoryBytes,
        wallMs: request.wallMs ?? peerDefaults.unitWallMs,
        outputBytes: request.outputBytes ?? peerDefaults.unitOutputBytes,
        logBytes: peerDefaults.unitLogBytes,
      },
    },
    submitter === 'second' ? { signal, checkpoints: neverSaved } : { signal, onProgress: (fraction, text) => onProgress?.(unit, fraction, text), onPartial: (text) => onPartial?.(unit, text) },
  );
}
