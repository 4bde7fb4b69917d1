/** Counters and gauges, by name and unit suffix (`_total`, `_bytes`, `_ms`). */
export interface Metrics {
  add(name: string, by?: number): void;
  set(name: string, value: number): void;
  /** Everything counted so far. */
  snapshot(): Record<string, number>;
}
