import { posix } from 'node:path';
import type { House } from './house.ts';
import { isSource, packageOf, sourcesOf } from './house.ts';
import { importsOf, stringsOf, withoutComments } from './scan.ts';

/** Which source file leads to which others. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Edges by import alone, types included: who must be read to understand whom. */
export function importGraph(house: House): Graph {
  return graphOf(house, (path, text) => importsOf(text).map((each) => resolveImport(house, path, each.specifier)));
}

/** Edges also by the mention of a file's name in a string, which is how processes and fixtures are started. */
export function mentionGraph(house: House): Graph {
  const byName = Map.groupBy(
    sourcesOf(house).map(([path]) => path),
    (path) => posix.basename(path),
  );
  return graphOf(house, (path, text) => {
    const mentioned = stringsOf(text).flatMap((string) => {
      // `child/entry` stands for a file of the same package, whatever its ending is once built.
      if (/^[\w-]+(\/[\w-]+)+$/.test(string)) return [`packages/${packageOf(path)}/src/${string}.ts`].filter((each) => house.files.has(each));
      if (!isSource(string)) return [];
      const exact = [posix.join(posix.dirname(path), string), posix.normalize(string)];
      const sameHome = (byName.get(string) ?? []).filter((other) => packageOf(other) === packageOf(path));
      return [...exact, ...sameHome].filter((each) => house.files.has(each));
    });
    return [...importsOf(text).map((each) => resolveImport(house, path, each.specifier)), ...mentioned];
  });
}

function graphOf(house: House, edges: (path: string, text: string) => (string | undefined)[]): Graph {
  return new Map(sourcesOf(house).map(([path, text]) => [path, new Set(edges(path, text).filter((to) => to !== undefined && to !== path)) as Set<string>]));
}

/** The file of this project that an import leads to; undefined for what comes from npm or Node.js. */
export function resolveImport(house: House, from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return existing(house, posix.join(posix.dirname(from), specifier));
  const [, name, rest] = /^@shoal\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  const manifest = house.packages.find((each) => each.name === name)?.manifest;
  const source = manifest?.exports?.[rest === undefined ? '.' : `./${rest}`]?.['@shoal/source'];
  return source === undefined ? undefined : existing(house, posix.join('packages', name ?? '', source));
}

/** Built files stand for their sources, and `./child/main${ending}` for the file it would be here. */
function existing(house: House, path: string): string | undefined {
  const source = path
    .replace(/\$\{.*$/, '.ts')
    .replace(/^(packages\/[^/]+)\/dist\//, '$1/src/')
    .replace(/\.js$/, '.ts');
  return [path, source].find((each) => house.files.has(each));
}

/** Every file that can be reached from the given ones, themselves included. */
export function reachable(graph: Graph, from: Iterable<string>): Set<string> {
  const seen = new Set<string>(from);
  for (const path of seen) for (const to of graph.get(path) ?? []) seen.add(to); // a set also visits what is added meanwhile
  return seen;
}

/** One circle of files for each knot of them, as a path that ends where it began. */
export function cycles(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    const circle = circleThrough(graph, start);
    if (circle === undefined) continue;
    found.push(circle);
    for (const path of circle) done.add(path);
  }
  return found;
}

/** The shortest way from a file back to itself. */
function circleThrough(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const to of graph.get(path) ?? []) {
      if (to === start) {
        const circle = [start];
        for (let at = path; at !== start; at = cameFrom.get(at) ?? start) circle.unshift(at);
        return [start, ...circle];
      }
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, path);
      queue.push(to);
    }
  }
  return undefined;
}

/** Whether a package is named in one of the strings of a file, as `name` or `name/...`. */
export function names(text: string, packageName: string): boolean {
  const code = withoutComments(text);
  return ["'", '"', '`'].some((quote) => code.includes(quote + packageName + quote) || code.includes(`${quote + packageName}/`));
}
