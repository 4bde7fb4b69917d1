import { posix } from 'node:path';
import type { House } from './house.ts';
import { isForDevelopment } from './house.ts';
import { mentionGraph, reachable } from './graph.ts';
import { linesOf } from './scan.ts';

/** Nine in ten files of the projects we learn from are shorter; past it, a file has more than one subject. */
const maxLines = 400;

export function sizeProblems(house: House): string[] {
  return [...house.files]
    .filter(([path]) => /\.(ts|tsx|mts|mjs|js|sh|css|html)$/.test(path))
    .map(([path, text]) => [path, linesOf(text).length - 1] as const)
    .filter(([, lines]) => lines > maxLines)
    .map(([path, lines]) => `${path}:${maxLines}: has ${lines} lines, more than ${maxLines}; split it by subject`);
}

/** Files that nothing leads to, and files of a package that only its tests use. */
export function deadFileProblems(house: House): string[] {
  const graph = mentionGraph(house);
  const paths = [...graph.keys()];
  const entries = paths.filter((path) => isEntry(path)).concat(exportsOf(house));
  const live = reachable(
    graph,
    entries.filter((path) => !isForDevelopment(path) || isBuildOrBench(path)),
  );
  const used = reachable(
    graph,
    paths.filter((path) => path.endsWith('.test.ts')).concat(entries),
  );
  return paths.flatMap((path) => {
    if (!used.has(path)) return `${path}:1: nothing imports it; remove it, or export it from its package's index.ts`;
    if (!live.has(path) && !isForDevelopment(path)) return `${path}:1: only tests import it; use it, remove it, or move it into a folder testing/`;
    return [];
  });
}

/** Where somebody or something outside of the sources begins to read. */
function isEntry(path: string): boolean {
  return /^packages\/[^/]+\/(src\/index\.ts|bin\/[^/]+|assets\/.+)$|\/main\.ts$|^scripts\/[^/]+\.mjs$|^[^/]+\.config\.ts$/.test(path) || isBuildOrBench(path);
}

function isBuildOrBench(path: string): boolean {
  return /^packages\/[^/]+\/(build\.mjs|bench\/main\.ts)$/.test(path);
}

/** What other packages may import by name, like `@shoal/store/testing`. */
function exportsOf(house: House): string[] {
  return house.packages.flatMap(({ name, manifest }) =>
    Object.values(manifest.exports ?? {}).flatMap((conditions) => {
      const source = conditions['@shoal/source'];
      return source === undefined ? [] : posix.join('packages', name, source);
    }),
  );
}
