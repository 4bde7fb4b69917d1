// How fast the flights are cut, and how fast our programs are in V8 without any sandbox around them.
// A line a figure; with --json {name, value, unit}.
import { cutFlights } from '../src/flights/cut.ts';
import { locateFlights } from '../src/flights/locate.ts';
import { buildPrograms, runProgram, withTempDir } from '../src/testing/run-program.ts';

const json = process.argv.includes('--json');

function report(name: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(3));
  console.log(json ? JSON.stringify({ name, value: rounded, unit }) : `${name.padEnd(32)} ${rounded} ${unit}`);
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

buildPrograms();
await withTempDir(async (inputDir) => {
  const cut = (): ReturnType<typeof cutFlights> => cutFlights({ parquetPath: locateFlights(), outDir: inputDir });
  const { result: parts, ms } = await timed(cut);
  const megabytes = parts.reduce((sum, part) => sum + part.bytes, 0) / 1e6;
  report('workloads.cut', ms, 'ms');
  report('workloads.cut-again', (await timed(cut)).ms, 'ms');

  for (const name of ['flights', 'wordcount'] as const) {
    const runs = [];
    for (const part of parts) runs.push(await runProgram(name, { inputDir, args: [`/in/${part.name}`] }));
    if (runs.some(({ exitCode }) => exitCode !== 0)) throw new Error(`The program ${name} failed: ${runs[0]?.log}`);
    // The first unit of a process also pays for the switch to optimised code.
    report(`workloads.${name}-first`, (parts[0]?.bytes ?? 0) / 1e3 / (runs[0]?.wallMs ?? 0), 'MB/s');
    report(`workloads.${name}`, (megabytes * 1e3) / runs.reduce((sum, { wallMs }) => sum + wallMs, 0), 'MB/s');
  }
});
report('workloads.walks-20', (await runProgram('walks', { args: ['20'] })).wallMs, 'ms');
report('workloads.primes-100000000', (await runProgram('primes', { args: ['100000000'] })).wallMs, 'ms');
report('workloads.noop', (await runProgram('noop')).wallMs, 'ms');
