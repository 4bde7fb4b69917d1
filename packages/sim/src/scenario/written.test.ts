import { expect, test } from 'vitest';
import { drawScenario } from './draw.ts';
import { readScenario, writeScenario } from './written.ts';

test('a scenario that was written is read as it was', () => {
  for (let seed = 1; seed <= 200; seed += 1) expect(readScenario(writeScenario(drawScenario(seed)))).toEqual(drawScenario(seed));
});

test.each([
  ['no JSON', 'peers: 8', /no JSON/],
  ['a number', '7', /scenario must be an object/],
  ['nothing', 'null', /must not be null/],
  ['without faults', JSON.stringify({ ...drawScenario(1), faults: undefined }), /scenario.faults must be/],
  ['a job without units', JSON.stringify({ ...drawScenario(1), jobs: [{}] }), /scenario.jobs\[0\]\.\w+ must be/],
  ['no jobs', JSON.stringify({ ...drawScenario(1), jobs: [] }), /at least one job/],
])('%s is refused', (_what, text, message) => {
  expect(() => readScenario(text)).toThrow(message);
});
