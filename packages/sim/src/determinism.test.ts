import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sweepProgram, type RunReport } from './index.ts';
import { linesOf } from './testing/processes.ts';

const agreeProgram = fileURLToPath(new URL('./testing/agree-child.ts', import.meta.url));
const timeout = 120_000;

async function reports(program: string, ...args: string[]): Promise<RunReport[]> {
  return (await linesOf(program, args)) as RunReport[];
}

test('the same seed does the same in another process and after other worlds, another seed something else', { timeout }, async () => {
  const [one, two] = await Promise.all([reports(sweepProgram, '5', '6', '1'), reports(sweepProgram, '6', '6', '1')]);
  expect([...one, ...two].flatMap(({ violations }) => violations)).toEqual([]);
  expect(two[0]).toEqual(one[1]);
  expect(one[0]?.traceHash).not.toBe(one[1]?.traceHash);
});

test('with real signatures a calm world does exactly the same, message by message', { timeout }, async () => {
  const [standIn, real] = await reports(agreeProgram, 'calm', '5');
  expect(real).toEqual(standIn);
  expect(real?.violations).toEqual([]);
});

test('with real signatures a world with faults comes to the same end', { timeout }, async () => {
  // Entries have other names then, and are compared in another order: the way may differ, where it ends does not.
  const [standIn, real] = await reports(agreeProgram, 'drawn', '3');
  expect(real?.violations).toEqual([]);
  expect([real?.jobs, real?.units, real?.accepted]).toEqual([standIn?.jobs, standIn?.units, standIn?.accepted]);
});
