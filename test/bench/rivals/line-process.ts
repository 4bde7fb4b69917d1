import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that answers each line it is given with a line of JSON. The first line it says means that it is ready. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('A line process needs its output piped');
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#exited = once(child, 'exit');
  }

  static async start(command: string, args: string[], env: Record<string, string> = {}): Promise<LineProcess> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
    await once(child, 'spawn');
    const started = new LineProcess(child);
    await started.#next();
    return started;
  }

  async ask(line: string): Promise<unknown> {
    this.#child.stdin?.write(`${line}\n`);
    return JSON.parse(await this.#next());
  }

  /** Closes its input, which means: end. After a while it is made to. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await this.#exited;
    clearTimeout(timer);
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.#child.spawnfile} ended before it answered`);
    return value;
  }
}
