import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runQuietly } from '../../scripts/lib/quiet.mjs';
import { Interrupted } from '../../scripts/lib/signals.mjs';

const node = process.execPath;
const lib = new URL('../../scripts/lib/', import.meta.url).href;

describe('a command that the scripts run', () => {
  it('passes on its exit code and the end of its output', async () => {
    const { code, output } = await runQuietly(node, ['-e', "process.stdout.write('x'.repeat(1e6) + 'end'); process.exitCode = 7"]);
    expect(code).toBe(7);
    expect(output).toMatch(/x+end$/);
    expect(output.length).toBeLessThan(100_000);
  });

  it('tells that it cannot be started', () => expect(runQuietly('/no/such/command', [])).rejects.toThrow('ENOENT'));

  it('tells that a signal ended it', () => expect(runQuietly(node, ['-e', "process.kill(process.pid, 'SIGKILL')"])).rejects.toBeInstanceOf(Interrupted));
});

describe('a script that gets a signal', () => {
  /** Runs `grandchild` by a script, sends the signal once it says that it is up, and returns how the script ended. */
  async function interrupt(signal: NodeJS.Signals, how: string, grandchild: string): Promise<{ code: unknown; signal: unknown; output: string }> {
    const script = `
      import { main } from '${lib}main.mjs';
      import { runQuietly } from '${lib}quiet.mjs';
      import { runShown } from '${lib}shown.mjs';
      const grandchild = ${JSON.stringify(grandchild)};
      await main(() => ${how});`;
    const child = spawn(node, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') child.kill(signal);
      output += text;
    });
    const [code, by] = (await once(child, 'close')) as [unknown, unknown];
    return { code, signal: by, output };
  }

  const shown = "runShown(process.execPath, ['-e', grandchild])";
  const waits = 'setInterval(() => {}, 1000);';

  it('hands it on, waits for the command to clean up, and ends with its code', async () => {
    const ended = await interrupt('SIGINT', shown, `process.on('SIGINT', () => { console.log('cleaned up'); process.exit(5); }); console.log('up'); ${waits}`);
    expect(ended).toEqual({ code: 5, signal: null, output: 'up\ncleaned up\n' });
  });

  it('ends by the same signal when the command does', async () => {
    expect(await interrupt('SIGTERM', shown, `console.log('up'); ${waits}`)).toEqual({ code: null, signal: 'SIGTERM', output: 'up\n' });
  });

  it('ends a step of the set-up that takes its time, and what that step had started', async () => {
    // The step ignores SIGTERM, starts a child that does too, and tells its number by a file that the script prints.
    const stubborn = `process.on('SIGTERM', () => {}); ${waits}`;
    const folder = mkdtempSync(join(tmpdir(), 'shoal-child-'));
    const file = join(folder, 'pid');
    const step = `const { spawn } = require('node:child_process'); const child = spawn(process.execPath, ['-e', ${JSON.stringify(`${stubborn} require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid))`)}]); ${stubborn}`;
    const watch = `(async () => {
      const { existsSync } = await import('node:fs');
      const timer = setInterval(() => { if (existsSync(${JSON.stringify(file)})) { console.log('up'); clearInterval(timer); } }, 20);
      return (await runQuietly(process.execPath, ['-e', grandchild])).code;
    })()`;
    const ended = await interrupt('SIGINT', watch, step);
    expect(ended).toEqual({ code: null, signal: 'SIGINT', output: 'up\n' });
    const pid = Number(readFileSync(file, 'utf8'));
    rmSync(folder, { recursive: true });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000 });
  });
});

/** A dead process still has its number until its parent asks about it, and in a container nobody may. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // no such process
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}
