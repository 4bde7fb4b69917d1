import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/summary.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'shoal-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  report?: { numPassedTests: number; testResults: { name: string; status: string; message?: string; assertionResults: { status: string; fullName: string }[] }[] };
  testsCode?: number;
  job?: string;
  jobCode?: number;
}

function summary({ report, testsCode = 0, job = 'some lines\n{"ok":true,"peers":5}\n', jobCode = 0 }: Run): { last: string | undefined; code: number | null } {
  const tests = join(folder, 'tests.json');
  rmSync(tests, { force: true });
  if (report !== undefined) writeFileSync(tests, JSON.stringify(report));
  writeFileSync(join(folder, 'job.out'), job);
  const { status, stdout } = spawnSync(process.execPath, [script, tests, String(testsCode), join(folder, 'job.out'), String(jobCode)], { encoding: 'utf8' });
  return { last: stdout.trim().split('\n').at(-1), code: status };
}

describe('the summary of continuous integration', () => {
  const good = { numPassedTests: 3, testResults: [{ name: 'a', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'x' }] }] };
  const bad = { numPassedTests: 2, testResults: [{ name: 'a', status: 'failed', assertionResults: [{ status: 'failed', fullName: 'x' }] }] };
  const broken = { numPassedTests: 3, testResults: [{ name: 'a', status: 'failed', message: 'no such import', assertionResults: [] }] };

  it.each<[string, Run, string, number]>([
    ['all is well', { report: good }, '4 passed, 0 failed', 0],
    ['a test failed', { report: bad, testsCode: 1 }, '3 passed, 1 failed', 1],
    ['a file did not load', { report: broken, testsCode: 1 }, '4 passed, 1 failed', 1],
    ['the tests ended badly without a failed one', { report: good, testsCode: 1 }, '4 passed, 1 failed', 1],
    ['the tests did not run', { testsCode: 124 }, '1 passed, 1 failed', 1],
    ['the main job is not ok', { report: good, job: '{"ok":false}' }, '3 passed, 1 failed', 1],
    ['the main job ended with a code', { report: good, jobCode: 1 }, '3 passed, 1 failed', 1],
    ['the main job printed nothing', { report: good, job: '' }, '3 passed, 1 failed', 1],
  ])('%s', (_, run, last, code) => expect(summary(run)).toEqual({ last, code }));
});
