// npm run bench: how fast a mesh is, beside what it stands on. See docs/PERFORMANCE.md.
import process from 'node:process';
import { Bench } from './bench.ts';
import { readOptions, usage } from './options.ts';
import type { Suite } from './suite.ts';
import { archive } from './suites/archive.ts';
import { command } from './suites/command.ts';
import { flights } from './suites/flights.ts';
import { imports } from './suites/import.ts';
import { inflight } from './suites/inflight.ts';
import { jobs } from './suites/jobs.ts';
import { join } from './suites/join.ts';
import { makespan } from './suites/makespan.ts';
import { meshes } from './suites/meshes.ts';
import { replication } from './suites/replication.ts';
import { rivals } from './suites/rivals.ts';
import { sandbox } from './suites/sandbox.ts';
import { units } from './suites/units.ts';

const suites: readonly Suite[] = [join, jobs, meshes, units, makespan, inflight, rivals, flights, imports, replication, sandbox, command, archive];
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const chosen = choose(options.names);
  const bench = new Bench(options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave(bench, exitCodes[signal]));
  let failed = 0;
  try {
    for (const suite of chosen) {
      try {
        await bench.run(suite);
      } catch (error) {
        if (leaving) return 1;
        failed += 1;
        process.stderr.write(`${suite.name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      }
    }
    bench.sum();
  } finally {
    await bench.close();
  }
  return failed === 0 ? 0 : 1;
}

let leaving = false;

async function leave(bench: Bench, code: number): Promise<void> {
  leaving = true;
  await bench.close();
  process.exit(code);
}

function choose(names: string[]): Suite[] {
  const unknown = names.find((name) => !suites.some((suite) => suite.name.includes(name)));
  if (unknown !== undefined) throw new TypeError(`There is no suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}`);
  return suites.filter((suite) => names.length === 0 || names.some((name) => suite.name.includes(name)));
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof TypeError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 2;
}
