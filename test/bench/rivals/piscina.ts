import { createRequire } from 'node:module';
import { packagePath } from './installed.ts';
import type { Rival } from './rival.ts';

interface PiscinaModule {
  Piscina: new (options: object) => { run(task: object): Promise<unknown>; destroy(): Promise<void> };
}

/** Piscina: two worker threads of this process, no network, nothing kept. The ceiling, for orientation. */
export async function startPiscina(): Promise<Rival> {
  const { Piscina } = createRequire(import.meta.url)(packagePath('piscina')) as PiscinaModule;
  const pool = new Piscina({ filename: new URL('piscina-noop.mjs', import.meta.url).href, minThreads: 2, maxThreads: 2 });
  await pool.run({});
  return {
    name: 'Piscina',
    async rate(tasks) {
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: tasks }, () => pool.run({})));
      return (tasks * 1_000) / (performance.now() - startedAt);
    },
    async latencies(tasks) {
      const times: number[] = [];
      for (let i = 0; i < tasks; i += 1) {
        const startedAt = performance.now();
        await pool.run({});
        times.push(performance.now() - startedAt);
      }
      return times;
    },
    stop: () => pool.destroy(),
  };
}
