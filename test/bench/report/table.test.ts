import { describe, expect, it } from 'vitest';
import type { Figure } from './figure.ts';
import { rowOf, verdictsOf } from './table.ts';

const quick: Figure = { name: 'a.quick', unit: 'ms', value: 4, goal: 5 };
const slow: Figure = { name: 'a.slow', unit: 's', value: 700, goal: 600 };
const behind: Figure = { name: 'a.behind', unit: 'units/s', value: 30, beside: { what: 'another', value: 10 }, goal: 4 };
const unjudged: Figure = { name: 'a.unjudged', unit: 'MB', value: 1 };

describe('the table', () => {
  it('has a verdict in each row that has a goal', () => {
    expect(rowOf(quick)).toContain('reached: at most 5 ms');
    expect(rowOf(slow)).toContain('not reached: at most 600 s');
    expect(rowOf(behind)).toContain('3 x another (10 units/s)  not reached: at least 4 x');
    expect(rowOf(unjudged)).not.toContain('reached');
  });

  it('ends with how many goals were reached, and which were not', () => {
    expect(verdictsOf([quick, slow, behind, unjudged])).toBe('  1 of 3 goals reached; not reached: a.slow, a.behind\n');
    expect(verdictsOf([quick, unjudged])).toBe('  1 of 1 goals reached\n');
  });
});
