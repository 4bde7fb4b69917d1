import type { House } from './house.ts';
import { isForDevelopment, packageOf, sourcesOf } from './house.ts';
import { lineAt, linesOf, withoutComments } from './scan.ts';

const errorsFile = 'docs/ERRORS.md';

interface Use {
  path: string;
  line: number;
  /** The beginning of the message, where it stands beside the code. */
  message: string;
}

/** Every code that can be thrown is explained in docs/ERRORS.md, and every code explained there can be thrown. */
export function errorCodeProblems(house: House): string[] {
  const used = codesIn(house);
  const listed = new Map(
    linesOf(house.files.get(errorsFile) ?? '').flatMap(([line, text]) => {
      const code = /^\| `([^`]+)` \|/.exec(text)?.[1];
      return code === undefined ? [] : [[code, line] as const];
    }),
  );
  const missing = [...used].filter(([code]) => !listed.has(code)).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = missing.map(([code, { path, message }]) => `| \`${code}\` | ${packageOf(path)} | ${message} | ... |`);
  return [
    ...missing.map(([code, { path, line }]) => `${path}:${line}: the code ${code} is not in ${errorsFile}`),
    ...(rows.length === 0 ? [] : [`Rows to complete and to put into ${errorsFile}:`, ...rows]),
    ...[...listed].filter(([code]) => !used.has(code)).map(([code, line]) => `${errorsFile}:${line}: explains ${code}, which nothing throws; remove the row`),
  ];
}

/** Codes given to an error class of ours, and the members of the unions named ...ErrorCode. */
function codesIn(house: House): Map<string, Use> {
  const found = new Map<string, Use>();
  const production = sourcesOf(house).filter(([path]) => packageOf(path) !== undefined && !isForDevelopment(path));
  const classes = new Set(['ShoalError', ...production.flatMap(([, text]) => Array.from(text.matchAll(/class (\w+)(?:<[^{]*>)? extends \w*Error</g), (match) => match[1] ?? ''))]);
  for (const [path, text] of production) {
    const code = withoutComments(text);
    for (const match of code.matchAll(/\bnew (\w+)(?:<[^(]*>)?\(\s*/g)) {
      if (!classes.has(match[1] ?? '')) continue;
      const args = code.slice(match.index + match[0].length);
      const first = args.slice(0, args.search(/[,)]/));
      const message = /^[^,]*,\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/.exec(args)?.[2] ?? '...';
      for (const [, name = ''] of first.matchAll(/'([a-z][a-z0-9-]*)'/g)) found.set(name, { path, line: lineAt(code, match.index), message: cell(message) });
    }
    for (const match of code.matchAll(/\btype \w*ErrorCode\b[^=]*=([^;]+);/g)) {
      for (const member of (match[1] ?? '').matchAll(/'([a-z][a-z0-9-]*)'/g)) {
        const name = member[1] ?? '';
        const index = match.index + match[0].indexOf(member[0]);
        if (!found.has(name)) found.set(name, { path, line: lineAt(code, index), message: '...' });
      }
    }
  }
  return found;
}

/** Text for a cell of a table: placeholders without their code. */
function cell(message: string): string {
  return message.replace(/\$\{[^}]*\}/g, '…').replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}
