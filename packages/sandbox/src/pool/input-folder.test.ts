import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionInput, type Executor } from '@shoal/runtime';
import { createWasmExecutor } from '../executor.ts';
import { probeProgram } from '../testing/probe.ts';
import { bytesOf, execute, fileInput, memoryInput, textOf } from '../testing/request.ts';
import { InputFolder, removeStaleFolders } from './input-folder.ts';

let base: string;
let executor: Executor | undefined;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'shoal-test-'));
});

afterEach(async () => {
  await executor?.stop();
  executor = undefined;
  rmSync(base, { recursive: true });
});

const links = (file: string): number => statSync(file).nlink;

test.each(['full', 'partial', 'process'] as const)('at level %s, an input in a file is read there, from where it begins, and unlinked behind', async (isolation) => {
  const file = join(base, 'content');
  writeFileSync(file, `before${'x'.repeat(200_000)}`);
  executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger, isolation, inputFolder: join(base, 'inputs') });
  try {
    await executor.start();
  } catch {
    return; // a machine without that level
  }
  const probe = await probeProgram();
  const run = async (...inputs: ExecutionInput[]): Promise<string> => {
    const outcome = await execute(executor as Executor, probe, { args: ['sum', ...inputs.map(({ path }) => path.slice(1))], inputs });
    return outcome.ok ? textOf(outcome.stdout) : `${outcome.failure.code}: ${outcome.failure.message}`;
  };
  const content = bytesOf('x'.repeat(200_000));
  const expected = await run(memoryInput('/in/a', content));
  expect(await run(fileInput('/in/a', content.length, { path: file, offset: 6 }))).toBe(expected);
  expect(await run(memoryInput('/in/a', content), fileInput('/in/b', content.length, { path: file, offset: 6 }))).toBe(await run(memoryInput('/in/a', content), memoryInput('/in/b', content)));
  expect(links(file)).toBe(1);
  // One that is shorter than was said, and one that is not there: asked of the parent, which says what is wrong.
  expect(await run(fileInput('/in/a', 300_000, { path: file, offset: 6 }))).toMatch(/^input-unreadable: .*ends too early/);
  expect(await run(fileInput('/in/a', 10, { path: join(base, 'nothing'), offset: 0 }))).toMatch(/^input-unreadable: .*lies in a file/);
  expect(readFileSync(file, 'utf8').slice(0, 7)).toBe('beforex');
  await executor.stop();
  expect(readdirSync(join(base, 'inputs'))).toEqual([]);
});

test('folders of processes that were killed are removed, those of living ones stay', () => {
  const own = new InputFolder(base);
  // No process has that number: the kernel's largest is 2^22.
  mkdirSync(join(base, 'shoal-sandbox-99999999-abc'));
  mkdirSync(join(base, 'something-else'));
  removeStaleFolders(base);
  expect(readdirSync(base).length).toBe(2);
  own.remove();
  expect(readdirSync(base)).toEqual(['something-else']);
});
