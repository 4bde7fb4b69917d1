import { stripVTControlCharacters } from 'node:util';

const hidden = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;
const colourOrCharacter = new RegExp(String.raw`\u001B\[\d+m|[^]`, 'gu');

/**
 * Text of strangers, made harmless for a terminal: control characters and direction marks, which could
 * move the cursor or forge other lines, become a visible sign. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(hidden, '\uFFFD');
}

/** The same for text that must stay within a line. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, ' ');
}

/** Columns that a text takes on the screen; wide scripts are counted as one, which only misaligns. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Cuts a text to a width, colours kept whole, with an ellipsis where something is missing. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let out = '';
  let used = 0;
  let coloured = false;
  for (const part of text.match(colourOrCharacter) ?? []) {
    const isColour = part.length > 1 && part.startsWith('\u001B');
    if (isColour) {
      coloured = true;
      out += part;
    } else if (used < width - 1) {
      out += part;
      used += 1;
    }
  }
  return `${out}…${coloured ? '\u001B[0m' : ''}`;
}

/** `1 unit`, `2 units`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** The recognisable part of a peer id or CID: all of them begin alike. */
export function shortId(id: string, length = 8): string {
  return id.length <= length + 1 ? id : `…${id.slice(-length)}`;
}
