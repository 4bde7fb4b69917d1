import {
  codeOf,
  messageOf,
  ShoalError,
  type Clock,
  type ExecutionFailureCode,
  type ExecutionOptions,
  type ExecutionOutcome,
  type ExecutionRequest,
  type Executor,
  type ExecutorInfo,
  type Logger,
} from '@shoal/runtime';
import type { UnitOrder } from './channel/frames.ts';
import type { Isolation } from './launch/command.ts';
import { detectWalls } from './launch/detect.ts';
import { Batch, runAlone, type BatchMember } from './pool/batch.ts';
import { SandboxChild } from './pool/child.ts';
import { unitOrder } from './pool/order.ts';
import { removeStaleFolders } from './pool/input-folder.ts';
import { Pace } from './pool/pace.ts';
import { Pool, type Claim, type Seat } from './pool/pool.ts';
import { minCpuShare } from './limits.ts';
import { Session } from './pool/session.ts';
import type { Throttle } from './pool/throttle.ts';
import { Speed, speedRequest } from './speed.ts';

export interface WasmExecutorOptions {
  /** Units that run at once. */
  slots: number;
  clock: Clock;
  logger: Logger;
  /** Insist on a level of isolation; starting fails where it cannot be had. Default: the strongest that works. */
  isolation?: Isolation;
  /**
   * Where children find inputs that lie in files, by hard links: on the same disk as those, else they are read through this
   * process. Default: the system's folder for temporary files.
   */
  inputFolder?: string;
  /** What loading and compiling a program may take. Default: see the limits. */
  prepareMs?: number;
  /** The Node.js that children run. Default: this process's own. */
  nodePath?: string;
}

/** Children that are tried for one unit, should they be found dead. */
const maxAttempts = 3;

/** Grows with every change of the host or the rewriter that a program could notice. */
const hostVersion = 2;

/** Same class, same bytes and fuel. NaNs are canonical and depths counted, so V8's version is no part; other processors were not compared yet. */
export const determinismClass = `wasi${hostVersion}-${process.arch}`;

const failed = (code: ExecutionFailureCode, message: string, deterministic: boolean): ExecutionOutcome => ({
  ok: false,
  failure: { code, message, deterministic },
  log: new Uint8Array(0),
  usage: { wallMs: 0, inputBytes: 0, peakMemoryBytes: 0 },
});

/** How one try to run a unit ended. */
interface Ending {
  outcome: ExecutionOutcome;
  /** The child died before it did anything. */
  untouched: boolean;
}

/** A unit on its way to a child. */
interface Attempt extends Claim {
  request: ExecutionRequest;
  order: UnitOrder;
  options: ExecutionOptions;
  /** Without an ending: it was never begun, since something before it in the child went wrong. */
  end: (ending: Ending | undefined) => void;
}

/** Failures of a run that went on from a snapshot which stand. That the time is up, nobody takes for the program's own failure: it is run anew elsewhere. */
const believed: ReadonlySet<ExecutionFailureCode> = new Set(['cancelled', 'wall-time-exceeded']);

/** Units that bring nothing but their order may share a message to the child. */
const kindOf = (order: UnitOrder): string | undefined => (order.movable || order.inputs.length > 0 ? undefined : order.program);

/** Runs WASI preview 1 commands in locked child processes. */
class WasmExecutor implements Executor {
  readonly #options: WasmExecutorOptions;
  #pool: Pool<Attempt> | undefined;
  readonly #pace = new Pace();
  #level: Isolation | undefined;
  readonly #speed = new Speed();
  #measured: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #stopped = false;

  constructor(options: WasmExecutorOptions) {
    this.#options = options;
  }

  async start({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const { clock, logger, slots, isolation: only, nodePath = process.execPath, inputFolder } = this.#options;
    removeStaleFolders(inputFolder);
    const { command, level, child } = await detectWalls({ clock, logger, only, nodePath, signal, inputFolder });
    if (this.#stopped) {
      child.kill('the sandbox was stopped');
      throw stoppedError();
    }
    this.#level = level;
    const start = (): SandboxChild => new SandboxChild(command, clock, inputFolder);
    this.#pool = new Pool({ slots, clock, logger, start, together: (kind) => this.#pace.together(kind) });
    this.#pool.adopt(child);
    this.#measured = this.#measure(new SandboxChild(command, clock, inputFolder));
  }

  /** How fast a slot is: in a child of its own, which nobody waits for. */
  async #measure(child: SandboxChild): Promise<void> {
    const { clock, logger } = this.#options;
    const request = speedRequest();
    const made = unitOrder(request, determinismClass, undefined);
    this.#stopping.signal.addEventListener('abort', () => child.kill('the sandbox was stopped'), { once: true });
    try {
      await child.ready;
      const session = new Session(child, request, { signal: this.#stopping.signal }, clock);
      const outcome = 'order' in made ? await runAlone(child, session, made.order, clock) : undefined;
      if (outcome !== undefined) this.#speed.note(outcome.usage);
    } catch (error) {
      // Stopped, or else told: a peer works without it.
      if (!this.#stopped) logger.warn('The speed of this machine could not be measured', { error: messageOf(error) });
    }
    child.kill('it has measured');
    await child.exited;
  }

  pause(): void {
    this.#throttle((throttle) => throttle.pause());
  }

  resume(): void {
    this.#throttle((throttle) => throttle.resume());
  }

  setCpuShare(share: number): void {
    if (!(share >= minCpuShare && share <= 1)) {
      throw new ShoalError('cpu-share-invalid', `Cannot hold units to a share of ${share} of a core: expected from ${minCpuShare} to 1`);
    }
    this.#throttle((throttle) => throttle.setShare(share));
  }

  #throttle(change: (throttle: Throttle) => void): void {
    if (this.#pool === undefined) throw new ShoalError('executor-not-started', 'The sandbox can be held back only after start()');
    change(this.#pool.throttle);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.abort(stoppedError());
    await Promise.all([this.#pool?.stop(), this.#measured]);
  }

  info(): ExecutorInfo {
    if (this.#level === undefined) throw new ShoalError('executor-not-started', 'The sandbox knows its isolation only after start()');
    return { engines: ['wasm'], isolation: this.#level, determinismClass, slots: this.#options.slots, fuelPerSecond: this.#speed.fuelPerSecond };
  }

  async execute(request: ExecutionRequest, options: ExecutionOptions): Promise<ExecutionOutcome> {
    const pool = this.#pool;
    if (pool === undefined || this.#stopped) throw stoppedError();
    const { checkpoints } = options;
    const outcome = await this.#run(pool, request, options);
    // What a run that began from a snapshot failed of may be the snapshot's doing: only a whole run is believed.
    if (outcome.ok || checkpoints?.resume === undefined || believed.has(outcome.failure.code)) return outcome;
    const beganAnew = outcome.usage.beganAnew ?? `the run that went on from it failed: ${outcome.failure.message}`;
    this.#options.logger.warn('A unit that went on from a snapshot failed, and begins anew', { reason: beganAnew });
    const second = await this.#run(pool, request, { ...options, checkpoints: { ...checkpoints, resume: undefined } });
    return { ...second, usage: { ...second.usage, beganAnew } };
  }

  async #run(pool: Pool<Attempt>, request: ExecutionRequest, options: ExecutionOptions): Promise<ExecutionOutcome> {
    const made = unitOrder(request, determinismClass, options.checkpoints);
    if ('fault' in made) return failed('program-invalid', `the unit cannot run: ${made.fault}`, true);
    let wasInLine = false;
    for (let attempt = 1; ; ) {
      const ending = await this.#attempt(pool, request, made.order, options, wasInLine);
      if (this.#stopped) throw stoppedError();
      wasInLine = true;
      // What another unit did to their child is not on its account.
      if (ending === undefined) continue;
      const { outcome, untouched } = ending;
      // One that went on from a snapshot tells its fuel from the beginning, and its time since.
      if (options.checkpoints?.resume === undefined) this.#speed.note(outcome.usage);
      // A warm child may have died while nobody looked: that is not the program's doing.
      if (!untouched || attempt === maxAttempts) return outcome;
      this.#options.logger.warn('A sandbox process was found dead; the unit goes to another', { attempt });
      attempt++;
    }
  }

  /** Runs a unit in a child, alone or in a batch. */
  async #attempt(pool: Pool<Attempt>, request: ExecutionRequest, order: UnitOrder, options: ExecutionOptions, first: boolean): Promise<Ending | undefined> {
    const { promise, resolve } = Promise.withResolvers<Ending | undefined>();
    const attempt: Attempt = { submitter: request.submitter, kind: kindOf(order), request, order, options, end: resolve };
    try {
      const seat = await pool.acquire(attempt, options.signal, first);
      if (seat !== undefined) void this.#runSeat(pool, seat);
    } catch (error) {
      const code = codeOf(error) === 'cancelled' ? 'cancelled' : 'sandbox-crashed';
      return { outcome: failed(code, messageOf(error), false), untouched: codeOf(error) === 'sandbox-unavailable' };
    }
    return promise;
  }

  async #runSeat(pool: Pool<Attempt>, { child, claims }: Seat<Attempt>): Promise<void> {
    const { clock, prepareMs } = this.#options;
    const members = claims.map(({ request, order, options, kind, end }): BatchMember => {
      const session = new Session(child, request, options, clock, prepareMs);
      void session.outcome.then((outcome) => {
        if (kind !== undefined && session.ownMs !== undefined) this.#pace.note(kind, session.ownMs);
        end({ outcome, untouched: session.untouched });
      });
      return { session, order, again: () => end(undefined) };
    });
    await new Batch(child, members, { clock, isRoomElsewhere: () => pool.hasRoom }).run();
    pool.release(child);
  }
}

const stoppedError = (): ShoalError => new ShoalError('executor-stopped', 'The sandbox was stopped');

/** The executor for WebAssembly programs (engine `wasm`): call start() before use. */
export function createWasmExecutor(options: WasmExecutorOptions): Executor {
  return new WasmExecutor(options);
}
