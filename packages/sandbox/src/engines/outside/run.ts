import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { messageOf, type Clock, type ExecutionFailureCode, type ExecutionOptions, type ExecutionOutcome, type ExecutionRequest } from '@shoal/runtime';
import { maxFailureTextChars, maxFiles, outsideLookMs } from '../../limits.ts';
import type { JobFolder } from './folder.ts';

/** Where a command finds its filter of system calls. */
export const filterDescriptor = 3;

export interface OutsideCommand {
  file: string;
  args: string[];
  env: Record<string, string>;
  /** A filter of system calls, which `file` reads from its descriptor. */
  filter?: Uint8Array;
  /** Ends what `file` has started elsewhere, and resolves in any case; its own process group is killed besides. */
  kill?: () => Promise<void>;
  /** The exit code by which `file` says that it failed itself, and not the program that it was to run. */
  failsWith?: number;
}

type Failure = { code: ExecutionFailureCode; message: string };

/** Bytes up to a bound, and whether there were more. */
class Gathered {
  readonly #maxBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  exceeded = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Uint8Array): void {
    const room = this.#maxBytes - this.#bytes;
    this.exceeded ||= piece.length > room;
    this.#pieces.push(piece.subarray(0, room));
    this.#bytes += Math.min(piece.length, room);
  }

  take(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }

  get bytes(): number {
    return this.#bytes;
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // else gone already: what was wanted
  }
}

/** What could not be written, since the command is gone already, is told by its end. */
function give(filter: Uint8Array, child: ChildProcess): void {
  const pipe = child.stdio[filterDescriptor] as Writable;
  pipe.on('error', () => undefined);
  pipe.end(filter);
}

/** The end of what was said, for a message. */
const lastWords = (log: Uint8Array): string => new TextDecoder().decode(log).trim().slice(-maxFailureTextChars / 2);

/** Runs a command over a unit's folder, within the unit's limits. No failure of such a program is believed to be the same everywhere. */
export async function runOutside(
  { file, args, env, filter, kill, failsWith }: OutsideCommand,
  folder: JobFolder,
  { limits }: ExecutionRequest,
  { signal, onLog }: ExecutionOptions,
  clock: Clock,
): Promise<ExecutionOutcome> {
  const from = clock.monotonic();
  const stdout = new Gathered(limits.outputBytes);
  const log = new Gathered(limits.logBytes);
  let failure: Failure | undefined;
  let killed: Promise<void> | undefined;
  let over = false;
  const child = spawn(file, args, { cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe', filter === undefined ? 'ignore' : 'pipe'] });
  if (filter !== undefined) give(filter, child);
  const end = (code: ExecutionFailureCode, message: string): void => {
    if (failure !== undefined) return;
    failure = { code, message: message.slice(0, maxFailureTextChars) };
    endGroup(child);
    if (!over) killed = kill?.();
  };
  child.stdout?.on('data', (piece: Uint8Array) => {
    stdout.add(piece);
    if (stdout.exceeded) end('output-exceeded', `the program put out more than its ${limits.outputBytes} bytes`);
  });
  child.stderr?.on('data', (piece: Uint8Array) => {
    if (!log.exceeded) onLog?.(piece);
    log.add(piece);
  });
  const cancelTimer = clock.setTimer(limits.wallMs, () => end('wall-time-exceeded', `the program ran longer than its ${limits.wallMs} ms`));
  const onAbort = (): void => end('cancelled', 'the execution was cancelled');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const look = async (): Promise<void> => {
    try {
      const { bytes, files, odd } = await folder.held();
      if (bytes + stdout.bytes > limits.outputBytes) end('output-exceeded', `the program put out more than its ${limits.outputBytes} bytes`);
      else if (files > maxFiles) end('files-exceeded', `the program made more than ${maxFiles} files in /out`);
      else if (odd !== undefined) end('files-exceeded', `the program left ${odd} in /out, which is no file or folder, or lies too deep`);
    } catch (error) {
      // Files come and go while it runs; what is there at the end is looked at again, and must be readable then.
      if (over) end('sandbox-crashed', `what the program left in /out cannot be read: ${messageOf(error)}`);
    }
  };
  let looking = Promise.resolve();
  let cancelLook = clock.setTimer(outsideLookMs, function again() {
    looking = look().then(() => {
      if (!over) cancelLook = clock.setTimer(outsideLookMs, again);
    });
  });
  const ended = Promise.withResolvers<Failure | undefined>();
  child.once('error', (error) => ended.resolve({ code: 'sandbox-crashed', message: `it could not be started: ${error.message}` }));
  child.once('close', (code, by) => {
    if (code === 0) ended.resolve(undefined);
    else if (by !== null) ended.resolve({ code: 'program-trapped', message: `the program died of ${by}` });
    else if (code !== failsWith) ended.resolve({ code: 'program-exited', message: `the program ended with exit code ${code}` });
    else ended.resolve({ code: 'sandbox-crashed', message: `the program could not be started: ${lastWords(log.take())}` });
  });
  const wrong = await ended.promise;
  over = true;
  cancelTimer();
  cancelLook();
  signal.removeEventListener('abort', onAbort);
  endGroup(child);
  await looking;
  // Until then it might still write into the folder, which goes next.
  await killed;
  failure ??= wrong;
  if (failure === undefined) await look();
  const usage = { wallMs: clock.monotonic() - from, inputBytes: 0, peakMemoryBytes: 0 };
  if (failure !== undefined) return { ok: false, failure: { ...failure, deterministic: false }, log: log.take(), usage };
  return { ok: true, stdout: stdout.take(), files: await folder.outputs(), log: log.take(), usage };
}
