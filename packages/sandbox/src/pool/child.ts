import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { ShoalError, type Clock, type PeerId } from '@shoal/runtime';
import { FrameReader } from '../channel/frame-reader.ts';
import { frameHeader, toParent } from '../channel/frames.ts';
import { withInputs, type Command } from '../launch/command.ts';
import { childStartMs, childStderrChars, maxFrameBytes } from '../limits.ts';
import { InputFolder } from './input-folder.ts';
import { OutputWindow } from './output-window.ts';

/** What a child says to whoever uses it now. */
export interface ChildListener {
  frame(kind: number, payload: Uint8Array): void;
  /** The process is gone; the text says how. */
  gone(text: string): void;
}

/** Frames up to this size are written in one piece. */
const maxJoinedBytes = 16_384;

const channelIndex = 3;
const seccompIndex = 4;

/** One sandbox process, seen from the parent. All that it sends is untrusted. */
export class SandboxChild {
  readonly #process: ChildProcess;
  readonly #channel: Duplex;
  readonly #clock: Clock;
  /** What it sees of this machine's files beside its own code. */
  readonly inputs: InputFolder;
  /** The one file that it can write to. */
  readonly window: OutputWindow | undefined;
  #haltedMs = 0;
  #haltedSinceMs: number | undefined;
  #stderr = '';
  #listener: ChildListener | undefined;
  #gone: string | undefined;
  /** Why this side ended it, if it did. */
  #killedFor: string | undefined;
  /** Whom it serves, from its first unit on. */
  submitter: PeerId | undefined;
  units = 0;
  /** Resolves when it waits for units; rejects when it dies before. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;

  constructor(command: Command, clock: Clock, inputBase?: string | undefined) {
    this.#clock = clock;
    this.inputs = new InputFolder(inputBase);
    this.window = command.window ? OutputWindow.open(this.inputs.path) : undefined;
    const { file, args } = withInputs(command, this.inputs.path);
    this.#process = spawn(file, args, {
      cwd: '/',
      // A process group of its own, without a terminal: all of its wrappers can be killed at once.
      detached: true,
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', command.seccomp === undefined ? 'ignore' : 'pipe', this.window?.descriptor ?? 'ignore'],
    });
    this.#channel = this.#process.stdio[channelIndex] as Duplex;
    const reader = new FrameReader(maxFrameBytes, (kind, payload) => this.#listener?.frame(kind, payload));
    this.#channel.on('data', (piece: Uint8Array) => {
      if (!reader.push(piece)) this.kill('it sent an oversize frame');
    });
    // A broken channel is followed by the exit, which is what is reported.
    this.#channel.on('error', (error) => this.kill(`its channel broke: ${error.message}`));
    const stderr = this.#process.stdio[2] as Readable;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-childStderrChars);
    });
    if (command.seccomp !== undefined) this.#sendFilter(command.seccomp);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.exited = promise;
    this.#watchExit(resolve);
    this.ready = this.#untilReady(clock);
  }

  get alive(): boolean {
    return this.#gone === undefined && this.#killedFor === undefined;
  }

  /** Who hears the child from now on; undefined for nobody. */
  listen(listener: ChildListener | undefined): void {
    this.#listener = listener;
    if (this.#gone !== undefined) listener?.gone(this.#gone);
  }

  send(kind: number, payload: Uint8Array): void {
    const header = frameHeader(kind, payload.length);
    // One write wakes the child once; large payloads are not copied for it.
    if (payload.length <= maxJoinedBytes) return void this.#channel.write(Buffer.concat([header, payload]));
    this.#channel.cork();
    this.#channel.write(header);
    this.#channel.write(payload);
    this.#channel.uncork();
  }

  /** Resolves when what was sent has gone out, mostly, or when there is nobody left to send to. */
  async drained(): Promise<void> {
    if (!this.#channel.writableNeedDrain || this.#channel.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const event of ['drain', 'close', 'error']) this.#channel.once(event, resolve);
    await promise;
    for (const event of ['drain', 'close', 'error']) this.#channel.off(event, resolve);
  }

  sendJson(kind: number, value: unknown): void {
    this.send(kind, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** Stops the process in its tracks, with all its wrappers. Windows has no such thing: there it runs on. */
  halt(): void {
    if (this.#haltedSinceMs !== undefined || !this.alive) return;
    this.#haltedSinceMs = this.#clock.monotonic();
    if (process.platform !== 'win32') this.#signalGroup('SIGSTOP');
  }

  proceed(): void {
    if (this.#haltedSinceMs === undefined) return;
    this.#haltedMs += this.#clock.monotonic() - this.#haltedSinceMs;
    this.#haltedSinceMs = undefined;
    if (this.alive && process.platform !== 'win32') this.#signalGroup('SIGCONT');
  }

  /** How long it has stood still in all. */
  get haltedMs(): number {
    return this.#haltedMs + (this.#haltedSinceMs === undefined ? 0 : this.#clock.monotonic() - this.#haltedSinceMs);
  }

  /** Ends the process at once, whatever it does. */
  kill(reason: string): void {
    if (this.#gone !== undefined) return;
    this.#killedFor ??= reason;
    this.#killGroup();
  }

  /**
   * Kills the process with its wrappers and what they started. A wrapper alone, killed while it still sets up its
   * walls, would leave the rest behind.
   */
  #killGroup(): void {
    this.#signalGroup('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch (error) {
      // Gone already: what was wanted.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #sendFilter(filter: Uint8Array): void {
    const pipe = this.#process.stdio[seccompIndex] as Writable;
    pipe.on('error', (error) => this.kill(`the system call filter could not be given: ${error.message}`));
    pipe.end(filter);
  }

  #watchExit(resolve: () => void): void {
    const end = (text: string): void => {
      if (this.#gone !== undefined) return;
      const said = this.#stderr.trim();
      this.#gone = (this.#killedFor ?? text) + (said === '' ? '' : `; it said: ${said}`);
      this.#channel.destroy();
      this.inputs.remove();
      this.window?.close();
      this.#listener?.gone(this.#gone);
      resolve();
    };
    this.#process.once('error', (error) => end(`it could not be started: ${error.message}`));
    this.#process.once('exit', () => this.#killGroup());
    this.#process.once('close', (code, signal) => end(signal === null ? `it exited with code ${code}` : `it died of ${signal}`));
  }

  #untilReady(clock: Clock): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => {
      const cancel = clock.setTimer(childStartMs, () => this.kill(`it was not ready after ${childStartMs} ms`));
      this.listen({
        frame: (kind) => {
          cancel();
          if (kind !== toParent.ready) return this.kill(`it began with frame ${kind}`);
          this.#listener = undefined;
          resolve();
        },
        gone: (text) => {
          cancel();
          reject(new ShoalError('sandbox-unavailable', `Cannot start a sandbox process: ${text}`));
        },
      });
    });
    // Who waits for it sees the rejection; nobody may be waiting for a spare one.
    ready.catch(() => undefined);
    return ready;
  }
}
