/** The value below which a share of the others lie; 0.5 is the median. Fails for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('Cannot take a quantile of nothing');
  return value;
}

/** The median of a few rounds, with what it lies between. */
export function medianOf(values: readonly number[]): { value: number; range: { min: number; max: number } } {
  return { value: quantile(values, 0.5), range: { min: Math.min(...values), max: Math.max(...values) } };
}
