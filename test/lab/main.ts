// npm run lab [-- parts of scenarios' names] [--json] [--list]: see docs/LAB.md
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { cleanUp } from './net/cleanup.ts';
import { whyNot } from './net/able.ts';
import { claim, release } from './run/alone.ts';
import { runScenario } from './run/run.ts';
import type { Verdict } from './run/scenario.ts';
import { scenarios } from './scenarios/index.ts';

const words = process.argv.slice(2);
const json = words.includes('--json');
const parts = words.filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => word.startsWith('--') && !['--json', '--list'].includes(word));
const chosen = scenarios.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));

process.exitCode = await main();

async function main(): Promise<number> {
  if (unknown.length > 0 || chosen.length === 0) {
    process.stderr.write(`No such ${unknown.length > 0 ? `option: ${unknown.join(' ')}` : 'scenario'}. There are: ${scenarios.map(({ name }) => name).join(', ')}\n`);
    return 2;
  }
  if (words.includes('--list')) {
    for (const { name, about } of chosen) process.stdout.write(`${name.padEnd(24)} ${about}\n`);
    return 0;
  }
  const why = await whyNot();
  if (why !== undefined) {
    process.stdout.write(json ? `${JSON.stringify({ skipped: why })}\n` : `Skipped. ${why}\n`);
    return 0;
  }
  const other = await claim();
  if (other !== undefined) {
    process.stderr.write(`A lab is running already, as process ${other}. Wait for it, or end it with: kill ${other}\n`);
    return 1;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  const verdicts: Verdict[] = [];
  for (const scenario of chosen) {
    if (stop.signal.aborted) break;
    const logs = join(tmpdir(), 'shoal-lab-logs', scenario.name);
    const verdict = await runScenario(scenario, stop.signal, logs);
    verdicts.push(verdict);
    tell(verdict, logs);
  }
  await cleanUp();
  await release();
  const failed = verdicts.filter(({ passed }) => !passed).length;
  const seconds = verdicts.reduce((sum, verdict) => sum + verdict.seconds, 0);
  if (!json) process.stdout.write(`${verdicts.length - failed} of ${chosen.length} hold, ${seconds.toFixed(0)} s\n`);
  if (stop.signal.aborted) return 130;
  return failed === 0 ? 0 : 1;
}

function tell(verdict: Verdict, logs: string): void {
  if (json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    process.stdout.write(`${verdict.passed ? 'holds ' : 'FAILS '} ${`${verdict.seconds.toFixed(1)} s`.padStart(8)}  ${verdict.name.padEnd(22)} ${verdict.text}\n`);
    if (!verdict.passed) process.stdout.write(`${' '.repeat(17)}${verdict.about}. Logs: ${logs}\n`);
  }
}
