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
  const live = reachable(graph, paths.filter(isEntry));
  const forTests = reachable(
    graph,
    paths.filter((path) => isEntry(path) || isTestEntry(path)),
  );
  return paths.flatMap((path) => {
    if (!forTests.has(path)) return `${path}:1: nothing imports it; remove it, or export it from its package's index.ts`;
    if (!live.has(path) && !isForDevelopment(path)) return `${path}:1: only tests import it; use it, remove it, or move it into a folder testing/`;
    return [];
  });
}

/** Where somebody or something outside of the sources begins to read. */
function isEntry(path: string): boolean {
  return /^packages\/[^/]+\/(src\/index\.ts|bin\/[^/]+|build\.mjs)$|\/main\.ts$|^scripts\/[^/]+\.mjs$|^[^/]+\.config\.ts$/.test(path);
}

function isTestEntry(path: string): boolean {
  return path.endsWith('.test.ts');
}
