import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** Lines that it wrote so far. */
  readonly lines: string[];
  /** Resolves with the first line that passes; rejects when the child ends before. */
  line(passes: (line: string) => boolean): Promise<string>;
  /** Kills it at once, as `kill -9` does, and waits until it is gone and all that it wrote was read. */
  kill(): Promise<void>;
}

/** Runs one of the scripts beside this file in a process of its own. */
export function startChild(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@shoal/source', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return follow(child);
}

function follow(child: ChildProcess): Child {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((check) => check());
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  return {
    lines,
    line: (passes) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = lines.find(passes);
          if (found === undefined && !over) return;
          waiting.delete(check);
          if (found === undefined) reject(new Error(`The child ended with code ${child.exitCode}, having written: ${lines.slice(-5).join(' | ')}`));
          else resolve(found);
        };
        waiting.add(check);
        check();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
