import { messageOf, type Clock, type ExecutionOptions, type ExecutionOutcome, type ExecutionRequest } from '@shoal/runtime';
import { unitOrder } from '../../pool/order.ts';
import { failedOutcome } from '../failed.ts';
import { JobFolder } from './folder.ts';
import { runOutside, type OutsideCommand } from './run.ts';

/** How one kind of program runs outside WebAssembly. */
export interface OutsideKind {
  /** Whether its programs run as somebody who may read the store's files. */
  mayLink: boolean;
  /** Why the owner's allowance does not cover a program; undefined when it does. */
  refusal(program: Uint8Array): string | undefined;
  /** The command of a unit whose inputs are in their folder. */
  command(request: ExecutionRequest, program: Uint8Array, folder: JobFolder): Promise<OutsideCommand>;
}

/** An engine for programs that the peer's owner has allowed one by one. How many run at once, the peer's slots say. */
export class OutsideEngine {
  readonly #name: string;
  readonly #kind: OutsideKind;
  readonly #clock: Clock;
  readonly #base: string | undefined;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(name: string, kind: OutsideKind, clock: Clock, base: string | undefined) {
    this.#name = name;
    this.#kind = kind;
    this.#clock = clock;
    this.#base = base;
  }

  async execute(request: ExecutionRequest, options: ExecutionOptions): Promise<ExecutionOutcome> {
    // Nothing of such a run can be saved: to stop is to end.
    const stop = options.checkpoints?.stop;
    const run = this.#run(request, { ...options, signal: AbortSignal.any([options.signal, this.#stopping.signal, ...(stop === undefined ? [] : [stop])]) });
    this.#running.add(run);
    try {
      return await run;
    } catch (error) {
      return failedOutcome('sandbox-crashed', messageOf(error), false);
    } finally {
      this.#running.delete(run);
    }
  }

  /** Ends what runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#running);
  }

  async #run(request: ExecutionRequest, options: ExecutionOptions): Promise<ExecutionOutcome> {
    const made = unitOrder(request, this.#name);
    if ('fault' in made) return failedOutcome('program-invalid', `the unit cannot run: ${made.fault}`, true);
    const program = await request.program.load();
    const refusal = this.#kind.refusal(program);
    // Another peer's owner may allow it.
    if (refusal !== undefined) return failedOutcome('program-invalid', refusal, false);
    const folder = await JobFolder.make(this.#base);
    try {
      for (const input of request.inputs) {
        if (options.signal.aborted) return failedOutcome('cancelled', 'the execution was cancelled', false);
        try {
          await folder.putInput(input, this.#kind.mayLink);
        } catch (error) {
          return failedOutcome('input-unreadable', `input ${input.path} cannot be had: ${messageOf(error)}`, false);
        }
      }
      return await runOutside(await this.#kind.command(request, program, folder), folder, request, options, this.#clock);
    } finally {
      await folder.remove();
    }
  }
}
