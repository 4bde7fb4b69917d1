import { isLessBetter, lineOf, rounded, type Figure } from './figure.ts';

const nameWidth = 38;
const valueWidth = 16;
const rangeWidth = 20;

/** One row of the table for people. */
export function rowOf(figure: Figure): string {
  const { name, unit, range, beside, goal } = figure;
  const { value, ratio, ok } = lineOf(figure);
  const cells = [
    name.padEnd(nameWidth),
    `${value} ${unit}`.padStart(valueWidth),
    (range === undefined ? '' : `  ${rounded(range.min)} to ${rounded(range.max)}`).padEnd(rangeWidth),
  ];
  if (beside !== undefined) cells.push(`${ratio} x ${beside.what} (${rounded(beside.value)} ${unit})`);
  if (goal !== undefined) {
    const least = isLessBetter(unit) ? 'at most' : 'at least';
    cells.push(`${ok ? 'reached' : 'not reached'}: ${least} ${goal}${beside === undefined ? ` ${unit}` : ' x'}`);
  }
  return `  ${cells.join('  ')}`.trimEnd();
}

/** How many goals were reached, and the names of those that were not. */
export function verdictsOf(figures: readonly Figure[]): string {
  const judged = figures.map(lineOf).filter(({ ok }) => ok !== null);
  const missed = judged.filter(({ ok }) => ok === false).map(({ name }) => name);
  return `  ${judged.length - missed.length} of ${judged.length} goals reached${missed.length === 0 ? '' : `; not reached: ${missed.join(', ')}`}\n`;
}
