import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromPeers, ToPeers } from './join-peers.ts';

/** A process of several peers, as its parent sees it. */
export class PeerProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('join-peers.ts', import.meta.url)), [], {
      execArgv: ['--conditions=@shoal/source'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Sends a command and waits for its answer. */
  async ask<T extends FromPeers['type']>(command: ToPeers, answer: T): Promise<Extract<FromPeers, { type: T }>> {
    this.#child.send(command);
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [FromPeers];
      if (message.type === answer) return message as Extract<FromPeers, { type: T }>;
    }
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
