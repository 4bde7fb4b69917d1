import { messageOf, type Clock, type ExecutionInput, type ExecutionOutcome, type ExecutionRequest, type Executor } from '@shoal/runtime';
import type { Command } from '../launch/command.ts';
import { runAlone } from '../pool/batch.ts';
import { SandboxChild } from '../pool/child.ts';
import { unitOrder } from '../pool/order.ts';
import { Session } from '../pool/session.ts';
import { Throttle } from '../pool/throttle.ts';
import { failedOutcome } from './failed.ts';

/** Files of the store are not shown to these engines: what they read passes through this process. */
const throughChannel = (input: ExecutionInput): ExecutionInput => ({ path: input.path, bytes: input.bytes, read: (offset, length) => input.read(offset, length) });

/** An engine that is no WASI command, in a process of its own for each unit. How many run at once, the peer's slots say. */
export class HostedEngine {
  readonly #name: string;
  readonly #command: Command;
  readonly #clock: Clock;
  readonly #children = new Set<SandboxChild>();
  /** Holds its units back as those of WebAssembly are. */
  readonly throttle: Throttle;

  constructor(name: string, command: Command, clock: Clock) {
    this.#name = name;
    this.#command = command;
    this.#clock = clock;
    this.throttle = new Throttle(clock);
  }

  async execute(request: ExecutionRequest, options: Parameters<Executor['execute']>[1]): Promise<ExecutionOutcome> {
    const made = unitOrder(request, this.#name);
    if ('fault' in made) return failedOutcome('program-invalid', `the unit cannot run: ${made.fault}`, true);
    if (options.signal.aborted) return failedOutcome('cancelled', 'the execution was cancelled', false);
    const child = new SandboxChild(this.#command, this.#clock);
    this.#children.add(child);
    try {
      await child.ready;
      this.throttle.add(child);
      const session = new Session(child, { ...request, inputs: request.inputs.map(throughChannel) }, options, this.#clock);
      return await runAlone(child, session, made.order, this.#clock);
    } catch (error) {
      return failedOutcome('sandbox-crashed', messageOf(error), false);
    } finally {
      this.throttle.remove(child);
      child.kill('its unit is over');
      this.#children.delete(child);
    }
  }

  async stop(): Promise<void> {
    this.throttle.stop();
    const children = [...this.#children];
    for (const child of children) child.kill('the sandbox was stopped');
    await Promise.all(children.map((child) => child.exited));
  }
}
