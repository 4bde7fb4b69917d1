import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { borderProblems, cycleProblems } from './tidy/borders.ts';
import { dependencyProblems, linkProblems } from './tidy/docs.ts';
import { errorCodeProblems } from './tidy/error-codes.ts';
import { deadFileProblems, sizeProblems } from './tidy/files.ts';
import { loadHouse } from './tidy/house.ts';
import { manifestProblems, referenceProblems } from './tidy/manifests.ts';
import { addressProblems, lostErrorProblems, skippedTestProblems } from './tidy/words.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const house = loadHouse(root);
/** Two cores, shared with other test files. */
const toolTimeoutMs = 120_000;

/** The problems are the message: each says where, what, and what to do. */
function none(problems: string[]): void {
  if (problems.length === 0) return;
  const error = new Error(problems.join('\n'));
  error.stack = ''; // where the rule is written helps nobody
  throw error;
}

function succeeds(script: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${script}`, ...args], { cwd: root, encoding: 'utf8', timeout: toolTimeoutMs });
  none(status === 0 ? [] : [`${stdout}${stderr}`.trim() || `${script} ended with ${status}`]);
}

describe('the house rules', () => {
  it('imports stay within the borders of the packages', () => none(borderProblems(house)));
  it('no file imports itself by way of others', () => none(cycleProblems(house)));
  it('a package lists what it imports, and no more', () => none(manifestProblems(house)));
  it('the compiler builds what the packages depend on', () => none(referenceProblems(house)));
  it('files are short', () => none(sizeProblems(house)));
  it('every file is used', () => none(deadFileProblems(house)));
  it('links and paths in the documents lead somewhere', () => none(linkProblems(house)));
  it('every dependency has a reason', () => none(dependencyProblems(house)));
  it('every error code is explained', () => none(errorCodeProblems(house)));
  it('no address of a registry, no path of a machine', () => none(addressProblems(house)));
  it('no test is left out', () => none(skippedTestProblems(house)));
  it('no error is lost', () => none(lostErrorProblems(house)));
  it('the linter finds nothing', () => succeeds('oxlint/bin/oxlint', ['--format=unix']), toolTimeoutMs);
  it('tests and scripts have the right types', () => succeeds('typescript/bin/tsc', ['-p', 'test']), toolTimeoutMs);
});
