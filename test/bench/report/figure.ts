/** Of times, `MB` and `x` (so many times as much) less is better, of everything else more. */
export type Unit = 's' | 'ms' | 'us' | 'MB' | 'x' | 'MB/s' | 'units/s' | '%' | 'records' | 'facts';

/** One measured number. */
export interface Figure {
  /** Stable, with its suite before the first dot: `jobs.held-lease-p50`. */
  name: string;
  value: number;
  unit: Unit;
  /** Of the rounds whose median the value is. */
  range?: { min: number; max: number } | undefined;
  /** What carried the same load in the same run, and its number in the same unit. */
  beside?: { what: string; value: number } | undefined;
  /** What is to be reached: by the ratio where there is something beside it, else by the value. */
  goal?: number | undefined;
}

/** A figure as `--json` prints it; these names do not change. */
export interface FigureLine {
  name: string;
  value: number;
  unit: Unit;
  baseline: number | null;
  ratio: number | null;
  goal: number | null;
  ok: boolean | null;
}

const lessIsBetter: readonly Unit[] = ['s', 'ms', 'us', 'MB', 'x'];

export function isLessBetter(unit: Unit): boolean {
  return lessIsBetter.includes(unit);
}

export function lineOf({ name, value, unit, beside, goal }: Figure): FigureLine {
  const ratio = beside === undefined ? null : value / beside.value;
  const judged = ratio ?? value;
  const ok = goal === undefined ? null : isLessBetter(unit) ? judged <= goal : judged >= goal;
  return {
    name,
    value: rounded(value),
    unit,
    baseline: beside === undefined ? null : rounded(beside.value),
    ratio: ratio === null ? null : rounded(ratio),
    goal: goal ?? null,
    ok,
  };
}

/** Three digits that count; more would only look exact. */
export function rounded(value: number): number {
  return value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
}
