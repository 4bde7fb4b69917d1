const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A horizontal bar of `value` out of `most`, in eighths of a column; empty ground is not drawn. */
export function bar(value: number, most: number, width: number): string {
  if (!(value > 0) || !(most > 0)) return '';
  const parts = Math.max(1, Math.round(Math.min(1, value / most) * width * 8));
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
}

/** A gauge of fixed width: `█████░░░░░`. */
export function gauge(value: number, most: number, width: number): string {
  const filled = most > 0 ? Math.round(Math.min(1, Math.max(0, value / most)) * width) : 0;
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
