import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../../packages/node/src/main.ts', import.meta.url));
/** Dozens of processes load the same code: they share what one has compiled. */
const codeCache = fileURLToPath(new URL('../../../node_modules/.cache/shoal-code', import.meta.url));
const patienceMs = 30_000;

/** One `shoal` process, from the sources, as somebody types it in a terminal. */
export interface Terminal {
  readonly child: ChildProcess;
  out(): string;
  err(): string;
  /** Resolves with the match once the output has it. */
  sees(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface Room extends AsyncDisposable {
  readonly path: string;
  /** Starts a command in the room's folder. */
  open(...args: string[]): Terminal;
  /** Runs a command to its end. */
  run(...args: string[]): Promise<{ code: number | null; out: string; err: string }>;
}

/** A folder with its terminals; whatever still runs or lies there goes with it. */
export async function openRoom(): Promise<Room> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-room-'));
  const terminals: Terminal[] = [];
  const open = (...args: string[]): Terminal => {
    const terminal = startTerminal(path, args);
    terminals.push(terminal);
    return terminal;
  };
  return {
    path,
    open,
    async run(...args) {
      const terminal = open(...args);
      const { code } = await terminal.ended;
      return { code, out: terminal.out(), err: terminal.err() };
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of terminals) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await Promise.all(terminals.map((terminal) => terminal.ended));
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function startTerminal(cwd: string, args: readonly string[]): Terminal {
  const env = { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: codeCache };
  const child = spawn(process.execPath, ['--conditions=@shoal/source', entry, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const hear = (name: 'out' | 'err') => (text: string) => {
    texts[name] += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', hear('out'));
  child.stderr.setEncoding('utf8').on('data', hear('err'));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
      for (const listener of listeners) listener();
    });
  });
  const sees = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const give = (fn: () => void): void => {
        clearTimeout(timer);
        listeners.delete(look);
        fn();
      };
      const look = (): void => {
        const match = pattern.exec(texts.out + texts.err);
        if (match !== null) give(() => resolve(match));
        else if (child.exitCode !== null) give(() => reject(new Error(`shoal ${args.join(' ')} ended with ${child.exitCode} before ${pattern} was seen:\n${texts.out}${texts.err}`)));
      };
      const timer = setTimeout(() => give(() => reject(new Error(`not seen within ${patienceMs} ms: ${pattern} in\n${texts.out}${texts.err}`))), patienceMs);
      listeners.add(look);
      look();
    });
  return { child, out: () => texts.out, err: () => texts.err, sees, ended };
}

/** What a started peer printed about itself. */
export async function started(terminal: Terminal): Promise<{ peer: string; address: string }> {
  const [, peer = '', address = ''] = await terminal.sees(/^peer (12D3\w+)[\s\S]*?address +(\/\S+)/mu);
  return { peer, address };
}
