import { execFileSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runWasm, withTempDir } from '../testing/run-program.ts';

const programsDir = fileURLToPath(new URL('../../programs', import.meta.url));
const guide = join(programsDir, '..', '..', '..', 'docs', 'PROGRAMS.md');
const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin', 'asc.js');

/** The guide's example in AssemblyScript, compiled as the guide says, away from the project. */
async function compileExample(): Promise<Uint8Array> {
  const [, text = ''] = (await readFile(guide, 'utf8')).split('## In AssemblyScript\n');
  const [, example = '', file = ''] = /```ts\n(\/\/ (\S+\.ts):[\s\S]*?)```/.exec(text) ?? [];
  const command = /npx asc (.*)\n/.exec(text)?.[1]?.split(' ') ?? [];
  return withTempDir(async (dir) => {
    await cp(join(programsDir, 'lib'), join(dir, 'lib'), { recursive: true });
    await cp(join(programsDir, 'asconfig.json'), join(dir, 'asconfig.json'));
    await writeFile(join(dir, file), example);
    execFileSync(process.execPath, [compiler, ...command], { cwd: dir });
    return readFile(join(dir, 'lines.wasm'));
  });
}

describe('the guide to programs', () => {
  it('has an example that works', async () => {
    const run = await runWasm(await compileExample(), { inputs: { 'a.txt': 'one\ntwo\nthree' }, args: ['/in/a.txt'], unit: { index: 1, count: 4 } });
    expect(run).toMatchObject({ exitCode: 0, log: 'unit 2 of 4\n' });
    expect(run.stdout.toString()).toBe('3\n');
  });
});
