import { join } from 'node:path';
import type { Clock, PeerId, Random } from '@shoal/runtime';
import type { StatusAnswer } from '../api/wire.ts';
import { type ApiClient, createApiClient } from '../client/client.ts';
import { NodeError } from '../errors.ts';
import { type Child, type Exit, startChild } from '../supervise/child.ts';
import { type Supervisor, supervise } from '../supervise/supervisor.ts';
import { selfCommand } from './self.ts';

export type Phase = 'starting' | 'up' | 'killed' | 'back' | 'left';

export interface DemoPeerOptions {
  /** From 1. */
  number: number;
  folder: string;
  mesh: string;
  slots: number;
  clock: Clock;
  random: Random;
  /** It ended, and nobody had killed it. */
  onTrouble: (error: NodeError) => void;
}

/** One of the demo's peers: a `shoal up` process of its own, under a supervisor. */
export class DemoPeer {
  readonly number: number;
  readonly dataDir: string;
  phase: Phase = 'starting';
  id: PeerId | undefined;
  addresses: string[] = [];
  /** As last heard. */
  status: StatusAnswer | undefined;
  /** From the start of its present process to its first neighbours. */
  readyAfterMs: number | undefined;
  /** Times at which it was killed and at which its next process was started, on the clock's monotonic scale. */
  killedAt: number | undefined;
  restartedAt: number | undefined;

  readonly #options: DemoPeerOptions;
  #supervisor: Supervisor | undefined;
  #client: ApiClient | undefined;
  #sentBefore = 0;

  constructor(options: DemoPeerOptions) {
    this.#options = options;
    this.number = options.number;
    this.dataDir = join(options.folder, `peer-${options.number}`);
  }

  /** Starts it; it knows one address at most, and after a restart none but those it kept. */
  async start(bootstrap: string | undefined): Promise<void> {
    const { clock, random } = this.#options;
    this.#supervisor = await supervise({
      start: (restart) => this.#spawn(restart === 0 ? bootstrap : undefined),
      clock,
      random,
      onEvent: (event) => {
        if (event.kind === 'crashed') this.#onCrash(event.exit);
        else if (event.kind === 'started' && event.restart > 0) this.restartedAt = clock.monotonic();
        else if (event.kind === 'gave-up') this.#trouble(event.why);
      },
    });
  }

  /** The commands' way to it; undefined while it is not up. */
  get client(): ApiClient | undefined {
    return this.#client;
  }

  /** Process groups of all processes that it ever was. */
  get groups(): readonly number[] {
    return this.#supervisor?.pids() ?? [];
  }

  /** Bytes that it sent, over all its processes, as last heard of each. */
  get bytesSent(): number {
    return this.#sentBefore + (this.status?.bytesSent ?? 0);
  }

  /** Asks how it is; what cannot answer keeps its last word. */
  async refresh(): Promise<StatusAnswer | undefined> {
    const client = this.#client;
    if (client === undefined) return undefined;
    try {
      const status = await client.status();
      // It may have been killed, and its count closed, while the answer was on its way.
      if (client === this.#client) this.status = status;
      return status;
    } catch (error) {
      if (this.phase === 'killed' || this.phase === 'left' || client !== this.#client) return undefined;
      throw error;
    }
  }

  /** SIGKILL: no word to anybody, nothing tidied up. */
  kill(): void {
    this.phase = 'killed';
    this.killedAt = this.#options.clock.monotonic();
    this.#supervisor?.current()?.kill('SIGKILL');
    this.#closeCount();
  }

  /** Asks it to leave, for good. */
  async leave(): Promise<void> {
    this.phase = 'left';
    this.#closeCount();
    await this.#supervisor?.stop();
  }

  #closeCount(): void {
    this.#client = undefined;
    this.#sentBefore += this.status?.bytesSent ?? 0;
    this.status = undefined;
  }

  #spawn(bootstrap: string | undefined): Promise<Child> {
    const { folder, mesh, slots } = this.#options;
    const joining = bootstrap === undefined ? [] : ['--bootstrap', bootstrap];
    const args = ['up', '--data-dir', this.dataDir, '--mesh', mesh, '--slots', String(slots), '--json', '--until-stdin-ends', ...joining];
    // Compiled code is shared: all but the first start faster.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'code') };
    return startChild({ name: `peer ${this.number}`, ...selfCommand(args), env, onLine: (line) => this.#onLine(line) });
  }

  #onLine(line: string): void {
    if (!line.startsWith('{')) return; // a word of Node.js itself
    const event = JSON.parse(line) as { event: string; peer: PeerId; addresses: string[]; socketPath: string; afterMs: number };
    if (event.event === 'started') {
      this.id = event.peer;
      this.addresses = event.addresses;
      if (this.phase === 'left') return;
      this.#client = createApiClient({ dataDir: this.dataDir, socketPath: event.socketPath });
      this.phase = this.phase === 'killed' ? 'back' : 'up';
    } else if (event.event === 'ready') this.readyAfterMs = event.afterMs;
  }

  #onCrash(exit: Exit): void {
    if (this.phase === 'killed') {
      this.readyAfterMs = undefined;
      return;
    }
    const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
    this.#trouble(`it ended unasked, ${how}${exit.tail === '' ? '' : `:\n${exit.tail}`}`);
  }

  #trouble(why: string): void {
    this.#options.onTrouble(new NodeError('child-failed', `Cannot go on with the demo: peer ${this.number} failed: ${why}`));
  }
}
