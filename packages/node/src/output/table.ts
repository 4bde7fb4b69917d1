import { padEnd, padStart, truncate, widthOf } from './text.ts';
import type { Style } from './style.ts';

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  align?: 'left' | 'right';
  /** Cells are cut to this width when the table would be wider than the screen. */
  shrinkTo?: number;
}

export interface TableOptions {
  style: Style;
  /** Columns of the screen; without it nothing is cut. */
  width?: number;
  indent?: number;
}

const gap = 2;

/** Lines of a table: titles, then a line a row; columns as wide as their contents. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: TableOptions): string[] {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const widths = columns.map((column, index) => Math.max(widthOf(column.title), ...cells.map((line) => widthOf(line[index] ?? ''))));
  shrink(widths, columns, options);
  const indent = ' '.repeat(options.indent ?? 0);
  const line = (values: readonly string[]): string => {
    const padded = values.map((value, index) => cell(value, widths[index] ?? 0, columns[index]));
    return (indent + padded.join(' '.repeat(gap))).trimEnd();
  };
  return [options.style.dim(line(columns.map((column) => column.title))), ...cells.map(line)];
}

function cell<Row>(value: string, width: number, column: Column<Row> | undefined): string {
  const text = truncate(value, width);
  return column?.align === 'right' ? padStart(text, width) : padEnd(text, width);
}

function shrink<Row>(widths: number[], columns: readonly Column<Row>[], { width, indent = 0 }: TableOptions): void {
  if (width === undefined) return;
  const total = (): number => indent + widths.reduce((sum, each) => sum + each, 0) + gap * (widths.length - 1);
  for (const [index, column] of columns.entries()) {
    const over = total() - width;
    if (over <= 0) return;
    const now = widths[index] ?? 0;
    if (column.shrinkTo !== undefined) widths[index] = Math.max(Math.min(now, column.shrinkTo), now - over);
  }
}

/** Lines of `name  value`, the names aligned. */
export function pairs(rows: readonly (readonly [name: string, value: string])[], style: Style, indent = 2): string[] {
  const width = Math.max(0, ...rows.map(([name]) => widthOf(name)));
  return rows.map(([name, value]) => `${' '.repeat(indent)}${style.dim(padEnd(name, width))}  ${value}`);
}
