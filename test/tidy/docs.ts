import { posix } from 'node:path';
import type { House } from './house.ts';
import { linesOf } from './scan.ts';

const dependenciesFile = 'docs/DEPENDENCIES.md';

/** Links lead to a file, folder or heading of the project; files named in passing (`packages/x/y.ts`) exist. */
export function linkProblems(house: House): string[] {
  const folders = new Set<string>();
  for (const path of house.files.keys()) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  }
  const exists = (path: string): boolean => house.files.has(path) || folders.has(path.replace(/\/$/, ''));
  const problems: string[] = [];
  for (const [path, text] of house.files) {
    if (!/^(README\.md|docs\/[^/]+\.md)$/.test(path)) continue;
    for (const [line, words] of linesOf(withoutFences(text))) {
      for (const [, target = ''] of words.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue; // another site
        const [file = '', anchor] = target.split('#');
        const full = file === '' ? path : posix.join(posix.dirname(path), file);
        if (!exists(full)) problems.push(`${path}:${line}: links to ${target}, and ${full} does not exist`);
        else if (anchor !== undefined && !anchorsOf(house.files.get(full) ?? '').includes(anchor)) {
          problems.push(`${path}:${line}: links to ${target}, and ${full} has no such heading`);
        }
      }
      for (const [, named = ''] of words.matchAll(/`((?:packages|scripts|test|docs)\/[\w./-]+)`/g)) {
        if (!exists(posix.normalize(named))) problems.push(`${path}:${line}: names ${named}, which does not exist`);
      }
    }
  }
  return problems;
}

/** Code between fences shows what a person types or sees; lines keep their numbers. */
function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** Headings as GitHub names them. */
function anchorsOf(text: string): string[] {
  return Array.from(withoutFences(text).matchAll(/^#+\s+(.+)$/gm), ([, title = '']) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** Every dependency has its reason in docs/DEPENDENCIES.md, and every row there is a dependency. */
export function dependencyProblems(house: House): string[] {
  const rows = new Map(
    linesOf(house.files.get(dependenciesFile) ?? '').flatMap(([line, text]) => {
      const name = /^\| `([^`]+)` \|/.exec(text)?.[1];
      return name === undefined ? [] : [[name, line] as const];
    }),
  );
  const listed = new Map<string, string>();
  const add = (file: string, names: Record<string, string> = {}): void => {
    for (const name of Object.keys(names)) if (!name.startsWith('@shoal/')) listed.set(name, file);
  };
  add('package.json', house.root.devDependencies);
  for (const { name, manifest } of house.packages) {
    add(`packages/${name}/package.json`, manifest.dependencies);
    add(`packages/${name}/package.json`, manifest.devDependencies);
  }
  return [
    ...[...listed].filter(([name]) => !rows.has(name)).map(([name, file]) => `${file}: depends on ${name}; add a row \`| \`${name}\` | why |\` to ${dependenciesFile}`),
    ...[...rows].filter(([name]) => !listed.has(name)).map(([name, line]) => `${dependenciesFile}:${line}: gives a reason for ${name}, which nothing depends on; remove the row`),
  ];
}
