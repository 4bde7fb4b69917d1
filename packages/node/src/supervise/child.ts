import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '@shoal/runtime';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';

export interface ChildOptions {
  /** For error texts. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string | undefined>;
  /** Each line of its standard output. */
  onLine?: (line: string) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its standard error. */
  tail: string;
}

/** `exit code 1: <the end of what it said>`. */
export function describeExit({ code, signal, tail }: Exit): string {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `ended by ${signal}`;
  return tail === '' ? how : `${how}: ${tail}`;
}

/** A child in a process group of its own: a Ctrl-C at the terminal reaches it through us only. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL to its whole group when that does not end it in time. */
  stop(clock: Clock): Promise<Exit>;
}

/** Starts a child whose standard input ends when this process does, so that it can leave by itself. */
export async function startChild({ name, command, args, env, onLine }: ChildOptions): Promise<Child> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, ...(env === undefined ? {} : { env }) });
  // It may die before it reads anything.
  child.stdin.on('error', () => undefined);
  const tail = keepTail(child);
  splitLines(child, onLine ?? (() => {}));
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, tail: tail() }));
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (cause) => reject(new NodeError('child-failed', `Cannot start ${name} (${command}): ${messageOf(cause)}`, { cause })));
  });
  return { pid, exited, kill: (signal) => void child.kill(signal), stop: (clock) => stopChild(child, pid, exited, clock) };
}

async function stopChild(child: ChildProcess, pid: number, exited: Promise<Exit>, clock: Clock): Promise<Exit> {
  child.kill('SIGTERM');
  const cancel = clock.setTimer(limits.childStopMs, () => killGroup(pid));
  try {
    return await exited;
  } finally {
    cancel();
  }
}

/** Kills whatever is left of a process group. */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-limits.maxChildTailBytes);
  });
  return () => tail.trim();
}

function splitLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-limits.maxChildLineBytes);
    for (const line of lines) onLine(line);
  });
}
