import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interrupted, run } from '../../scripts/lib/child.mjs';

const node = process.execPath;
const childModule = new URL('../../scripts/lib/child.mjs', import.meta.url).href;
const mainModule = new URL('../../scripts/lib/main.mjs', import.meta.url).href;

describe('a command that the scripts run', () => {
  it('passes on its exit code and the end of its output', async () => {
    const { code, output } = await run(node, ['-e', "process.stdout.write('x'.repeat(1e6) + 'end'); process.exitCode = 7"]);
    expect(code).toBe(7);
    expect(output).toMatch(/x+end$/);
    expect(output.length).toBeLessThan(100_000);
  });

  it('tells that it cannot be started', () => expect(run('/no/such/command', [])).rejects.toThrow('ENOENT'));

  it('tells that a signal ended it', () => expect(run(node, ['-e', "process.kill(process.pid, 'SIGKILL')"])).rejects.toBeInstanceOf(Interrupted));
});

describe('a script that gets a signal', () => {
  /** Runs `grandchild` by a script, sends the signal once it says that it is up, and returns how the script ended. */
  async function interrupt(signal: NodeJS.Signals, grandchild: string): Promise<{ code: unknown; signal: unknown; output: string }> {
    const script = `
      import { run } from ${JSON.stringify(childModule)};
      import { main } from ${JSON.stringify(mainModule)};
      await main(async () => (await run(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { show: true })).code);`;
    const child = spawn(node, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') child.kill(signal);
      output += text;
    });
    const [code, by] = (await once(child, 'close')) as [unknown, unknown];
    return { code, signal: by, output };
  }

  it('hands it on, waits for the command to clean up, and ends with its code', async () => {
    const ended = await interrupt('SIGINT', "process.on('SIGINT', () => { console.log('cleaned up'); process.exit(5); }); setInterval(() => {}, 1000); console.log('up');");
    expect(ended).toEqual({ code: 5, signal: null, output: 'up\ncleaned up\n' });
  });

  it('ends by the same signal when the command does', async () => {
    const ended = await interrupt('SIGTERM', "setInterval(() => {}, 1000); console.log('up');");
    expect(ended).toEqual({ code: null, signal: 'SIGTERM', output: 'up\n' });
  });
});
