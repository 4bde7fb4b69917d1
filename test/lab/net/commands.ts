import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const patienceMs = 20_000;

/** Runs a command to its end and gives what it wrote; its failure carries what it said. */
export async function command(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { timeout: patienceMs, maxBuffer: 8_388_608 });
  return stdout;
}

/** `ip` with the words of one line, as one would type them. */
export function ip(line: string): Promise<string> {
  return command('ip', ...line.split(' '));
}

/** The same within a namespace, for any program. */
export function within(namespace: string, line: string): Promise<string> {
  return command('ip', 'netns', 'exec', namespace, ...line.split(' '));
}
