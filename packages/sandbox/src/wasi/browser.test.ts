import { expect, test } from 'vitest';
import { runChecks, runGenerated, type PageReport } from '../testing/browser-page.ts';
import { checksSource } from '../testing/checks-source.ts';
import { findChromium, runInChromium } from '../testing/chromium.ts';
import { compileOnce } from '../testing/probe.ts';

const browser = findChromium();
const args = ['program', 'one', 'zwei é'];
const seeds = 100;

const script = `
import { runChecks, runGenerated } from '/testing/browser-page.ts';
const post = (text) => fetch('/', { method: 'POST', body: text });
try {
  const program = new Uint8Array(await (await fetch('/program.wasm')).arrayBuffer());
  const checks = runChecks(program, ${JSON.stringify(args)}, new TextEncoder().encode('content of a'));
  await post(JSON.stringify({ ...checks, traces: runGenerated(${seeds}) }));
} catch (error) {
  await post(JSON.stringify({ error: String(error && error.stack || error) }));
}`;

// Needs a Chromium on the machine.
test.skipIf(browser === undefined)(
  `host, rewriter and fuel are the same in Chromium${browser === undefined ? ' (skipped: no Chromium on this machine)' : ''}`,
  async () => {
    const program = await compileOnce(checksSource);
    const report = JSON.parse(await runInChromium(browser as string, script, { '/program.wasm': program })) as PageReport;
    const here = runChecks(program, args, new TextEncoder().encode('content of a'));
    expect(here.exitCode).toBe(42);
    expect(report).toEqual({ ...here, traces: runGenerated(seeds) });
  },
  120_000,
);
