import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const entry = fileURLToPath(new URL('../../../packages/node/bin/shoal.js', import.meta.url));
const run = promisify(execFile);

/** Runs a built `shoal` command to its end: how long a person waits for it, and what it says. */
export async function timeCommand(...args: string[]): Promise<{ ms: number; out: string }> {
  const startedAt = performance.now();
  const { stdout } = await run(process.execPath, [entry, ...args], { maxBuffer: 256 << 20 });
  return { ms: performance.now() - startedAt, out: stdout };
}

/** A built `shoal up`. */
export class Daemon {
  readonly #child: ChildProcess;
  /** From the start of its process until it says that it is there. */
  readonly startMs: number;

  private constructor(child: ChildProcess, startMs: number) {
    this.#child = child;
    this.startMs = startMs;
  }

  static async start(dataDir: string, ...args: string[]): Promise<Daemon> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [entry, 'up', '--data-dir', dataDir, '--json', '--until-stdin-ends', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      if ((JSON.parse(line) as { event: string }).event !== 'started') continue;
      child.stdout.resume();
      return new Daemon(child, performance.now() - startedAt);
    }
    throw new Error(`shoal up --data-dir ${dataDir} ended before it had started`);
  }

  /** Resident memory of its process, without its sandboxes' children; as far as the system tells. */
  async residentMB(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
  }

  async stop(): Promise<void> {
    const exited = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined;
    this.#child.stdin?.end();
    await exited;
  }
}
