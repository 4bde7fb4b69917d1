import { expect, test } from 'vitest';
import { findChromium, runInChromium } from '../testing/chromium.ts';
import { runParts, type Carried, type Ended } from '../testing/moving-page.ts';
import { wandererProgram } from '../testing/wanderer.ts';

const browser = findChromium();
const args = ['program', '60'];
const input = Uint8Array.from({ length: 500_000 }, (_, i) => (i * i) >> 3);
/** Questions between two moves, and moves in each place. */
const questions = 10;
const moves = 2;

const pageScript = (here: string): string => `
import { runParts } from '/testing/moving-page.ts';
const post = (value) => fetch('/', { method: 'POST', body: JSON.stringify(value) });
const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
try {
  const from = JSON.parse(new TextDecoder().decode(await bytes('/snapshot')));
  await post(runParts(await bytes('/program.wasm'), ${JSON.stringify(args)}, await bytes('/input'), ${questions}, ${here}, from));
} catch (error) {
  await post({ error: String(error && error.stack || error) });
}`;

test('a program that leaves and goes on in a fresh instance again and again ends as if it had not', async () => {
  const program = await wandererProgram();
  const whole = runParts(program, args, input, Infinity) as Ended;
  expect(whole.stdout.split('\n')).toHaveLength(61);
  expect(runParts(program, args, input, questions)).toEqual(whole);
}, 60_000);

// Needs a Chromium on the machine.
test.skipIf(browser === undefined)(
  `a program that began here goes on in Chromium, and ends there or here again, with the same result and fuel${browser === undefined ? ' (skipped: no Chromium on this machine)' : ''}`,
  async () => {
    const program = await wandererProgram();
    const whole = runParts(program, args, input, Infinity);
    const carried = runParts(program, args, input, questions, moves);
    expect(carried, 'it is still under way').toHaveProperty('memory');
    const files = { '/program.wasm': program, '/input': input, '/snapshot': new TextEncoder().encode(JSON.stringify(carried)) };
    const there = JSON.parse(await runInChromium(browser as string, pageScript('Infinity'), files)) as Ended;
    expect(there).toEqual(whole);
    const back = JSON.parse(await runInChromium(browser as string, pageScript(String(moves)), files)) as Carried;
    expect(back, 'it is under way yet').toHaveProperty('memory');
    expect(back.stdout.length).toBeGreaterThan((carried as Carried).stdout.length);
    expect(runParts(program, args, input, questions, Infinity, back)).toEqual(whole);
  },
  120_000,
);
