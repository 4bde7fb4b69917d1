import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LineProcess } from './line-process.ts';
import { NotInstalled, type Rival } from './rival.ts';

/** Debian's own Python: another one that comes first on the path does not see Debian's packages. */
const pythons = ['/usr/bin/python3', 'python3'];

export async function startDask(): Promise<Rival> {
  const python = pythons.find((candidate) => spawnSync(candidate, ['-c', 'import distributed']).status === 0);
  if (python === undefined) throw new NotInstalled('Debian package python3-distributed');
  const script = fileURLToPath(new URL('dask-cluster.py', import.meta.url));
  const dask = await LineProcess.start(python, [script]);
  return {
    name: 'Dask',
    rate: async (tasks) => (await dask.ask(`rate ${tasks}`)) as number,
    latencies: async (tasks) => (await dask.ask(`latencies ${tasks}`)) as number[],
    stop: () => dask.stop(),
  };
}
