import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programPath } from '@shoal/workloads';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

it("the README's program runs as it stands there", async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(code).toBeDefined();
  const dir = await mkdtemp(join(tmpdir(), 'shoal-readme-'));
  try {
    await mkdir(join(dir, 'shards'));
    await writeFile(join(dir, 'shards/one.txt'), 'to be or not to be\n');
    await writeFile(join(dir, 'shards/two.txt'), 'the rest is silence\n');
    await cp(programPath('wordcount'), join(dir, 'wordcount.wasm'));
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    await writeFile(join(dir, 'readme.mts'), code ?? '');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@shoal/source', 'readme.mts'], { cwd: dir, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('one.txt word,count\nbe,2\nto,2\n');
    expect(stdout).toContain('two.txt word,count\n');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}, 60_000);
