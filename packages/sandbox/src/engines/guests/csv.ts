/** Digits that sums in another order, or on another kind of processor, still have in common. */
const doubleDigits = 12;
const floatDigits = 5;

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function rounded(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const short = Number(value.toPrecision(digits));
  return String(short === 0 ? 0 : short);
}

function textOf(value: unknown, type: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'number') return cell(String(value));
  if (type === 'DOUBLE') return rounded(value, doubleDigits);
  return type === 'FLOAT' ? rounded(value, floatDigits) : String(value);
}

export const csvHeader = (names: readonly string[]): string => `${names.map(cell).join(',')}\n`;

/** A row by the types of its columns: floating-point numbers with as many digits as peers agree on, NULL as nothing. */
export const csvRow = (row: readonly unknown[], types: readonly string[]): string =>
  `${row.map((value, at) => textOf(value, types[at] ?? '')).join(',')}\n`;
