import type { Style } from './style.ts';
import { styleFor } from './style.ts';

/** One output stream of the command, as far as it matters to what is printed. */
export interface Screen {
  readonly isTTY: boolean;
  readonly style: Style;
  /** Columns, when it is a terminal. */
  readonly width: number | undefined;
  write(content: string | Uint8Array): void;
  line(text?: string): void;
  lines(texts: readonly string[]): void;
}

/** The part of a writable stream that a screen needs. */
export interface OutputStream {
  isTTY?: boolean;
  columns?: number;
  write(content: string | Uint8Array): unknown;
}

const fallbackColumns = 80;

export function createScreen(stream: OutputStream, env: Record<string, string | undefined>): Screen {
  const isTTY = stream.isTTY === true;
  const write = (content: string | Uint8Array): void => void stream.write(content);
  return {
    isTTY,
    style: styleFor({ isTTY, env }),
    get width() {
      return isTTY ? (stream.columns ?? fallbackColumns) : undefined;
    },
    write,
    line: (text = '') => write(`${text}\n`),
    lines: (texts) => write(texts.map((text) => `${text}\n`).join('')),
  };
}
