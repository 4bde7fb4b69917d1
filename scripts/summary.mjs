// Counts what .ci/run did: <vitest's JSON> <its exit code> <the main job's output> <its exit code>
// Prints what failed, and as the last line `N passed, N failed`, where the main job is one.
import { existsSync, readFileSync } from 'node:fs';

const [testsFile = '', testsCode, jobFile = '', jobCode] = process.argv.slice(2);
let passed = 0;
let failed = 0;

/** @param {string} text */
const fail = (text) => {
  failed++;
  console.log(`FAILED: ${text}`);
};

if (existsSync(testsFile)) {
  const report = JSON.parse(readFileSync(testsFile, 'utf8'));
  passed += report.numPassedTests;
  for (const file of report.testResults) {
    const bad = file.assertionResults.filter((/** @type {{ status: string }} */ test) => test.status === 'failed');
    for (const test of bad) fail(`${test.fullName} (${file.name})`);
    if (bad.length === 0 && file.status === 'failed') fail(`${file.name} did not load: ${file.message}`);
  }
}
// No report, an error outside of any test, or a run that was cut short.
if (testsCode !== '0' && failed === 0) fail(`npm test ended with ${testsCode}`);

const json = existsSync(jobFile) ? readFileSync(jobFile, 'utf8').split('\n').findLast((line) => line.startsWith('{')) : undefined;
if (jobCode === '0' && isOk(json)) passed++;
else fail(`the main job (npm start -- --json) ended with ${jobCode}: ${json ?? 'no JSON was printed'}`);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && testsCode === '0' ? 0 : 1;

/** @param {string | undefined} text */
function isOk(text) {
  try {
    return JSON.parse(text ?? '').ok === true;
  } catch {
    return false; // not JSON: printed by the caller
  }
}
