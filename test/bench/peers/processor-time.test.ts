import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { expect, it } from 'vitest';
import { processorMs } from './processor-time.ts';

const burnMs = 200;
/** Starts a process that computes for a while, says so, and stays. */
const nested = `const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', 'while (process.cpuUsage().user < ${burnMs * 1_000}); console.log("burnt"); process.stdin.resume()'], { stdio: 'inherit' });`;

// Skipped without Linux: elsewhere there is no /proc.
it.skipIf(process.platform !== 'linux')('counts the processor time of a process and of what it started (Linux)', async () => {
  const child = spawn(process.execPath, ['-e', nested], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    const own = await processorMs(child.pid ?? 0);
    expect(own).toBeGreaterThanOrEqual(burnMs - 10);
    expect(await processorMs(process.pid)).toBeGreaterThan(own);
  } finally {
    child.stdin.end();
    await gone;
  }
});

// Skipped without Linux: elsewhere there is no /proc.
it.skipIf(process.platform !== 'linux')('a process that is not there has used nothing (Linux)', async () => {
  expect(await processorMs(2 ** 30)).toBe(0);
});
