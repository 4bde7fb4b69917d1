import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Line {
  name: string;
  value: number;
  ratio: number | null;
}

it('every suite of the bench works, at tiny sizes', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@shoal/source', main, '--quick', '--json'], { encoding: 'utf8' });
  expect(stderr).not.toContain('failed');
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
  expect(lines.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  const suites = new Set(lines.map(({ name }) => name.split('.')[0]));
  expect([...suites].sort()).toEqual(['archive', 'bench', 'command', 'flights', 'import', 'inflight', 'jobs', 'join', 'makespan', 'meshes', 'replication', 'rivals', 'sandbox', 'units']);
}, 480_000); // some 50 s on a quiet machine
