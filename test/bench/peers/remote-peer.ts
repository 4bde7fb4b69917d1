import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerOptions } from '@shoal/peer';
import type { Commands } from './commands.ts';
import type { Answer, Ask } from './messages.ts';
import { processorMs } from './processor-time.ts';

export interface ProcessOptions {
  name: string;
  /** Folder for a processor profile, `<name>.cpuprofile`. */
  profileDir?: string | undefined;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** The heap of `shoal up`, which sets it as it starts. */
const asDaemon = ['--semi-space-growth-factor=1', '--heap-growing-percent=100'];

/** A peer in a process of its own. */
export class RemotePeer {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<unknown>;
  #nextId = 0;
  addresses: string[] = [];

  constructor({ name, profileDir }: ProcessOptions) {
    this.name = name;
    const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${name}.cpuprofile`];
    this.#child = fork(fileURLToPath(new URL('peer-process.ts', import.meta.url)), [], { execArgv: [...process.execArgv, ...asDaemon, ...profile] });
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', (answer: Answer) => this.#take(answer));
    this.#child.once('exit', (code, signal) => this.#failAll(new Error(`The process of ${name} ended: ${signal ?? `code ${code}`}`)));
  }

  async start(options: PeerOptions): Promise<void> {
    ({ addresses: this.addresses } = await this.ask('start', options));
  }

  /** Processor time so far of its process and its sandboxes. */
  processorMs(): Promise<number> {
    return processorMs(this.#child.pid ?? 0);
  }

  ask<Name extends keyof Commands>(name: Name, ...args: Parameters<Commands[Name]>): ReturnType<Commands[Name]> {
    const ask: Ask = { id: (this.#nextId += 1), name, args };
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(ask.id, { resolve, reject });
      this.#child.send(ask, (error) => {
        if (error !== null) reject(error);
      });
    });
    return answer as ReturnType<Commands[Name]>;
  }

  /** Stops the peer in order and waits until its process is gone. */
  async stop(): Promise<void> {
    if (!this.#child.connected) return void (await this.#exited);
    await this.ask('stop');
    this.#child.disconnect();
    await this.#exited;
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(`${this.name}: ${answer.error}`));
    else waiting?.resolve(answer.value);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
