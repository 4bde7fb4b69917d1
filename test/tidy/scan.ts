/** One import in a source file, whatever its form. */
export interface Import {
  /** As written, like `./fold.ts` or `@shoal/runtime`. */
  specifier: string;
  line: number;
}

const forms = [
  // import x from 'y'; import 'y'; export { x } from 'y'; and their type forms. Ours begin their line.
  /^(?:import|export)\s+(?:type\s+)?(?:[\w$*{},\s]+?\sfrom\s+)?(['"])(?<specifier>[^'"\n]+)\1/gm,
  /\bimport(?:\.meta\.resolve)?\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g,
  /\brequire(?:\.resolve)?\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g,
  // The entry file of another process or thread.
  /\bnew URL\(\s*(['"`])(?<specifier>\.[^'"`\n]+)\1\s*,\s*import\.meta\.url/g,
];

export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const form of forms) {
    for (const match of code.matchAll(form)) {
      const specifier = match.groups?.['specifier'] ?? '';
      found.push({ specifier, line: lineAt(code, match.index + match[0].lastIndexOf(specifier)) });
    }
  }
  return found;
}

/** The string literals of one line each, without their quotes. */
export function stringsOf(text: string): string[] {
  return Array.from(withoutComments(text).matchAll(/(['"`])((?:(?!\1)[^\\\n])+)\1/g), (match) => match[2] ?? '');
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** Lines with their numbers from 1. */
export function linesOf(text: string): [line: number, text: string][] {
  return text.split('\n').map((line, index) => [index + 1, line]);
}

/**
 * The same text with blanks for comments, so that positions stay. It knows strings and not regular expressions:
 * a quote inside one hides a comment until the end of its line at most.
 */
export function withoutComments(text: string): string {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
  return text.replace(token, (match) => (match.startsWith('/') ? match.replace(/[^\n]/g, ' ') : match));
}

/** The package that a bare specifier names: `@ipld/dag-cbor/x` is of `@ipld/dag-cbor`; undefined for files and built-ins. */
export function packageNameOf(specifier: string): string | undefined {
  if (/^([./#]|node:)/.test(specifier)) return undefined;
  return /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1];
}
