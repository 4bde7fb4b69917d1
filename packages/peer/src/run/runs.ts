import { codeOf, messageOf, ShoalError, systemSealing, type Cid, type ExecutionCheckpoints, type PeerId, type Snapshot } from '@shoal/runtime';
import type { Effect, RunOutcome } from '@shoal/engine';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { ProtocolError, Recent, ResultSealer, unitCount } from '@shoal/protocol';
import { describeEngine } from '@shoal/sandbox';
import { argumentsOf, bringHere, loadProgram, mountShard, shardOf, unitVariables } from './inputs.ts';
import { bringCheckpoint, dropCheckpoints, SavedRun } from './saved-run.ts';
import { keepOutputs, workOwner, type Seal } from './outputs.ts';

type Execute = Extract<Effect, { type: 'execute' }>;

/** A unit at work. */
interface Running {
  effect: Execute;
  startedAt: number;
  abort: AbortController;
  /** Saves it and ends it. */
  stop: AbortController;
  ended: Promise<void>;
  /** Has it saved out of turn; undefined before it can be. */
  ask: (() => void) | undefined;
  /** Hears of its next checkpoint. */
  onSaved: (() => void) | undefined;
}

const noLog = new Uint8Array();

/** The units that run here now. Bounded by the engine's slots. */
export class Runs {
  private readonly running = new Map<string, Running>();
  /** When a program was last found here: a job of a thousand quick units need not ask the disk for each. */
  private readonly seen = new Map<Cid, number>();
  /** By job: a key to agree on costs more than a unit that does nothing. */
  private readonly sealers = new Recent<ResultSealer>(maxSeen);
  private stopping = false;
  private readonly parts: () => Parts;

  constructor(parts: () => Parts) {
    this.parts = parts;
  }

  /** Runs a unit and tells the engine how it ended, in every case. */
  start(effect: Execute): void {
    const { clock, driver, logger } = this.parts();
    const key = keyOf(effect.job, effect.unit);
    if (this.stopping) return; // begun by nobody: after the restart the requester hears that it is lost
    const abort = new AbortController();
    const stop = new AbortController();
    const own: Running = { effect, startedAt: clock.now(), abort, stop, ended: Promise.resolve(), ask: undefined, onSaved: undefined };
    this.running.set(key, own);
    own.ended = this.run(own)
      .catch((error: unknown) => failure(error))
      .then((outcome) => {
        if (this.stopping && !outcome.ok) return; // saved, and to go on after the restart
        // It was called off and given again: what is asked for is the outcome of the other run.
        if (this.running.get(key) !== own) return;
        this.running.delete(key);
        if (!outcome.ok) logger.debug('unit failed', { job: effect.job, unit: effect.unit, code: outcome.code, text: outcome.message });
        driver.handle({ type: 'executed', job: effect.job, unit: effect.unit, outcome });
      });
  }

  abort(job: Cid, unit: number): void {
    this.running.get(keyOf(job, unit))?.abort.abort(new ShoalError('cancelled', 'The unit is not needed any more'));
  }

  /** Saves a run once more, as far as that can be done soon, and ends it as cancelled: it is to go on elsewhere. */
  save(job: Cid, unit: number): void {
    const run = this.running.get(keyOf(job, unit));
    if (run !== undefined) (savesRuns(run.effect) ? run.stop : run.abort).abort(new ShoalError('cancelled', 'The unit is to go on elsewhere'));
  }

  abortAll(): void {
    for (const { abort } of this.running.values()) abort.abort(new ShoalError('cancelled', 'The peer stops'));
  }

  /** Saves what runs, as far as that can be done soon: the peer stops, and its units are to go on later. */
  async saveAll(): Promise<void> {
    this.stopping = true;
    const { clock } = this.parts();
    const all = [...this.running.values()];
    for (const { effect, stop, abort } of all) (savesRuns(effect) ? stop : abort).abort(new ShoalError('cancelled', 'The peer stops'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.setTimer(peerDefaults.saveAtStopMs, resolve);
    await Promise.race([Promise.all(all.map(({ ended }) => ended)), promise]);
    cancel();
  }

  /** Saves what runs, as far as that can be done soon, and lets it go on. */
  async saveNow(): Promise<void> {
    const saved = [...this.running.values()].flatMap((run) => {
      if (run.ask === undefined) return [];
      const { promise, resolve } = Promise.withResolvers<void>();
      run.onSaved = resolve;
      run.ask();
      return [Promise.race([promise, run.ended])];
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.parts().clock.setTimer(peerDefaults.saveAtPauseMs, resolve);
    await Promise.race([Promise.all(saved), promise]);
    cancel();
  }

  list(now: number): { job: Cid; unit: number; requester: PeerId; sinceMs: number }[] {
    return [...this.running.values()].map(({ effect, startedAt }) => ({
      job: effect.job,
      unit: effect.unit,
      requester: effect.requester,
      sinceMs: now - startedAt,
    }));
  }

  private isSeen(program: Cid): boolean {
    const at = this.seen.get(program);
    return at !== undefined && this.parts().clock.monotonic() - at < peerDefaults.seenProgramMs;
  }

  private see(program: Cid): void {
    this.seen.delete(program);
    if (this.seen.size >= maxSeen) this.seen.delete(this.seen.keys().next().value as Cid);
    this.seen.set(program, this.parts().clock.monotonic());
  }

  private async run(own: Running): Promise<RunOutcome> {
    const parts = this.parts();
    const { effect } = own;
    const { signal } = own.abort;
    const { job, unit, requester, helpers, spec } = effect;
    const { executor, driver, stopping } = parts;
    if (executor === undefined) throw new ShoalError('program-unavailable', 'This peer runs no units');
    stopping.throwIfAborted(); // what begins later is not called off by stopping
    if (!this.isSeen(spec.program.cid)) {
      await named('program-unavailable', bringHere(parts, spec.program.cid, { likely: [requester, ...helpers], maxBytes: peerDefaults.maxProgramBytes, signal }));
      this.see(spec.program.cid);
    }
    const shard = shardOf(spec, unit);
    if (shard !== undefined && spec.units.kind === 'shards') {
      await named('input-unavailable', bringHere(parts, shard.cid, { likely: [], dataset: spec.units.dataset, maxBytes: shard.bytes, signal }));
    }
    const input = shard === undefined ? undefined : mountShard(parts, shard);
    const checkpoints = savesRuns(effect) ? await this.checkpoints(own) : undefined;
    if (checkpoints !== undefined && describeEngine(spec.program.engine)?.checkpoint === false) {
      checkpoints.unmovable?.({ code: 'engine', text: `runs of the engine ${spec.program.engine} cannot be saved` });
    }
    const outcome = await executor.execute(
      {
        submitter: requester,
        program: { cid: spec.program.cid, load: () => loadProgram(parts, spec.program.cid) },
        engine: spec.program.engine,
        args: argumentsOf(spec, input),
        env: { ...spec.env, ...unitVariables(unit, unitCount(spec)) },
        inputs: input === undefined ? [] : [input],
        limits: spec.resources,
      },
      {
        signal,
        checkpoints,
        onProgress: (fraction, text) => driver.handle({ type: 'progressed', job, unit, fraction, text }),
        onPartial: (text) => driver.handle({ type: 'found', job, unit, text }),
      },
    );
    const { beganAnew } = outcome.usage;
    if (beganAnew !== undefined) parts.logger.info('a unit began anew', { job, unit, reason: beganAnew });
    const isInterrupted = !outcome.ok && outcome.failure.code === 'cancelled';
    if (checkpoints !== undefined && !isInterrupted) await dropCheckpoints(parts, job, unit);
    if (!outcome.ok) return { ok: false, ...outcome.failure, log: outcome.log };
    const kept = await named('output-not-kept', keepOutputs(parts, workOwner(job), outcome, this.sealFor(effect)));
    return { ok: true, ...kept, log: outcome.log };
  }

  /** What closes a unit's outputs to all but its requester, where the job wants that. */
  private sealFor({ job, unit, spec }: Execute): Seal | undefined {
    const { network, random } = this.parts();
    const publicKey = spec.seal;
    if (publicKey === undefined) return undefined;
    return { unit, sealer: this.sealers.of(job, () => new ResultSealer({ job, worker: network.peerId, publicKey }, systemSealing, random)) };
  }

  /** How a run is saved, and from where it goes on: its own last checkpoint here, or that of whoever began it. */
  private async checkpoints(own: Running): Promise<ExecutionCheckpoints> {
    const parts = this.parts();
    const { job, unit, requester, spec, resume } = own.effect;
    const stop = own.stop.signal;
    const signal = AbortSignal.any([own.abort.signal, stop]);
    const saved = new SavedRun(parts, { job, unit, program: spec.program.cid, outputBytes: spec.resources.outputBytes }, parts.network.peerId);
    let snapshot: Snapshot | undefined;
    try {
      const from = (await SavedRun.left(parts, job, unit)) ?? resume;
      if (from !== undefined) {
        await bringCheckpoint(parts, from, { likely: [requester], maxBytes: peerDefaults.maxCheckpointBytes, signal });
        snapshot = await saved.resume(from);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      parts.logger.info('a unit begins anew: its checkpoint cannot be had', { job, unit, reason: messageOf(error) });
    }
    if (snapshot !== undefined) parts.logger.info('a unit goes on from its checkpoint', { job, unit });
    return {
      everyMs: parts.checkpointEveryMs ?? peerDefaults.checkpointEveryMs,
      share: peerDefaults.checkpointShare,
      resume: snapshot,
      stop,
      asker: (ask) => (own.ask = ask),
      save: async (checkpoint) => {
        const { cid, bytes } = await saved.save(checkpoint);
        parts.driver.handle({ type: 'checkpointed', job, unit, fuel: checkpoint.fuel, saved: { checkpoint: cid, bytes } });
        own.onSaved?.();
      },
      unmovable: (reason) => parts.driver.handle({ type: 'checkpointed', job, unit, fuel: 0, saved: { reason } }),
      failed: (error) => {
        own.onSaved?.();
        parts.logger.warn('a running unit could not be saved; it goes on without', { job, unit, reason: messageOf(error) });
        // A full disk is this peer's own matter; that there is too much to save is the program's.
        if (codeOf(error) !== 'checkpoint-too-large') return;
        parts.driver.handle({ type: 'checkpointed', job, unit, fuel: 0, saved: { reason: { code: 'checkpoint-too-large', text: messageOf(error) } } });
      },
    };
  }
}

/**
 * Whether a run is to be saved now and then. Auto: where a unit is so long that what interruptions are expected to cost,
 * half a unit each, is more than what being saved costs: length^2 / (2 * interval) > overhead * length.
 */
export function savesRuns({ spec, meanMs }: Pick<Execute, 'spec' | 'meanMs'>): boolean {
  if (spec.checkpoint === 'never') return false;
  if (spec.checkpoint === 'always') return true;
  const { checkpointOverhead, scriptCheckpointOverhead, interruptedEveryMs } = peerDefaults;
  const overhead = spec.program.engine === 'wasm' ? checkpointOverhead : scriptCheckpointOverhead;
  const worthwhileMs = 2 * overhead * interruptedEveryMs;
  return Math.min(spec.resources.wallMs, meanMs ?? Infinity) >= worthwhileMs;
}

/** Jobs whose key is agreed on; and programs that were just seen in the store: should one go meanwhile, its unit fails and is tried again. */
const maxSeen = 64;

function keyOf(job: Cid, unit: number): string {
  return `${job}/${unit}`;
}

/** Gives what went wrong around a run the code by which the requester knows it. */
async function named<T>(code: Extract<RunOutcome, { ok: false }>['code'], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new ShoalError(codeOf(cause) === 'cancelled' ? 'cancelled' : code, messageOf(cause), { cause });
  }
}

function failure(error: unknown): RunOutcome {
  const known = ['program-unavailable', 'input-unavailable', 'output-not-kept', 'cancelled'] as const;
  const code = known.find((name) => name === codeOf(error)) ?? 'sandbox-crashed';
  // Outputs that no result document can carry are the program's doing, everywhere.
  const deterministic = code === 'output-not-kept' && error instanceof ShoalError && error.cause instanceof ProtocolError;
  return { ok: false, code, message: messageOf(error), deterministic, log: noLog };
}
