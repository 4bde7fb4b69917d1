import type { Metrics } from '../ports/metrics.ts';

export function createMetrics(): Metrics {
  const values = new Map<string, number>();
  return {
    add: (name, by = 1) => void values.set(name, (values.get(name) ?? 0) + by),
    set: (name, value) => void values.set(name, value),
    snapshot: () => Object.fromEntries(values),
  };
}
