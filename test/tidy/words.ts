import type { House } from './house.ts';
import { sourcesOf } from './house.ts';
import { linesOf } from './scan.ts';

/** The project says nothing about the machine or the registry it was written with. */
export function addressProblems(house: House): string[] {
  const bans = [
    { what: /https?:\/\/registry\.|"resolved": "https?:|\b(?:verd[a]ccio|artif[a]ctory)\b/, fix: 'a registry address; leave it out (npm: omit-lockfile-registry-resolved)' },
    { what: /(?<![\w.@$}/-])\/(?:work|root|farm)\/\w/, fix: "a path of somebody's machine; make it relative, or derive it" },
  ];
  return problemsOfLines([...house.files], (line) => bans.find(({ what }) => what.test(line))?.fix);
}

/** Tests run: all of them, always, or they say why not. */
export function skippedTestProblems(house: House): string[] {
  const tests = sourcesOf(house).filter(([path]) => path.endsWith('.test.ts') && !path.startsWith('test/tidy/'));
  return problemsOfLines(tests, (line, before) => {
    const call = /\b(?:it|test|describe|suite)(?:\.\w+)*?\.(only|skip|todo|fails|skipIf|runIf)\b/.exec(line)?.[1];
    if (call === undefined) return undefined;
    if (!call.endsWith('If')) return `.${call} on a test; make it pass, or remove it`;
    // A name that is computed says it to whoever sees the test left out.
    const named = /If\([^`]*`[^`]*\$\{/.test(line);
    return named || isExplained(line, before) ? undefined : `.${call} without a reason; say in its name or in a comment above what is missing where it does not run`;
  });
}

/** An error that nobody hears of costs a day later. */
export function lostErrorProblems(house: House): string[] {
  const sources = sourcesOf(house).filter(([path]) => !path.endsWith('.test.ts'));
  return problemsOfLines(sources, (line, before) => {
    if (!/\.catch\((?:\(\w*\)|\w+) => (?:\{\s*\}|undefined|null|void 0)\)/.test(line)) return undefined;
    return isExplained(line, before) ? undefined : 'loses an error; handle, report or throw it, or say in a comment why losing it is right';
  });
}

/** There is a comment on the line, or on one of the two above. */
function isExplained(line: string, before: string): boolean {
  return line.includes('//') || before.split('\n').some((each) => /^\s*(\/\/|\/?\*)/.test(each));
}

type Judge = (line: string, before: string) => string | undefined;

function problemsOfLines(files: [path: string, text: string][], judge: Judge): string[] {
  return files.flatMap(([path, text]) => {
    const lines = linesOf(text);
    return lines.flatMap(([number, line], index) => {
      const fix = judge(line, `${lines[index - 2]?.[1] ?? ''}\n${lines[index - 1]?.[1] ?? ''}`);
      return fix === undefined ? [] : `${path}:${number}: ${fix}`;
    });
  });
}
