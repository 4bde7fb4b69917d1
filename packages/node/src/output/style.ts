/** Colours and weights for a terminal; plain text where they would be noise. */
export interface Style {
  readonly colours: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
}

/** What decides whether a stream gets colours. */
export interface StyleEnvironment {
  isTTY: boolean;
  env: Record<string, string | undefined>;
}

/** Colours only on a terminal that can show them, and never against the user's NO_COLOR (no-color.org). */
export function styleFor({ isTTY, env }: StyleEnvironment): Style {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return createStyle(isTTY && !refused);
}

export function createStyle(colours: boolean): Style {
  const paint = (open: number, close: number) => (text: string) => (colours && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text);
  return {
    colours,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  };
}
