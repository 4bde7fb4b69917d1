import { runSeed } from './run.ts';

/** A process of a sweep: `sweep-child FROM TO STEP` runs every STEP-th seed, and prints each report as a line of JSON. */
const [from, to, step] = process.argv.slice(2).map(Number) as [number, number, number];
process.stdout.on('error', () => process.exit(1)); // whoever asked is gone
for (let seed = from; seed <= to; seed += step) process.stdout.write(`${JSON.stringify(reportOn(seed))}\n`);

function reportOn(seed: number): { seed: number; violations: { atMs: number; rule: string; text: string }[] } {
  try {
    return runSeed(seed);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { seed, violations: [{ atMs: 0, rule: 'assertion', text }] };
  }
}
