import type { House, Package } from './house.ts';
import { isForDevelopment, sourcesOf } from './house.ts';
import { names } from './graph.ts';
import { importsOf, packageNameOf } from './scan.ts';

/** A package imports only what its package.json lists, and lists only what it uses. */
export function manifestProblems(house: House): string[] {
  const problems: string[] = [];
  for (const pack of house.packages) {
    const sources = sourcesOf(house).filter(([path]) => path.startsWith(`packages/${pack.name}/`));
    problems.push(...unlisted(house, pack, sources), ...unused(pack, sources));
  }
  return problems;
}

function unlisted(house: House, { name, manifest }: Package, sources: [path: string, text: string][]): string[] {
  const problems: string[] = [];
  const always = Object.keys(manifest.dependencies ?? {});
  const inDevelopment = [...always, ...Object.keys(manifest.devDependencies ?? {}), ...Object.keys(house.root.devDependencies ?? {})];
  for (const [path, text] of sources) {
    const listed = isForDevelopment(path) ? inDevelopment : always;
    for (const { specifier, line } of importsOf(text)) {
      const wanted = packageNameOf(specifier);
      if (wanted === undefined || wanted === manifest.name || listed.includes(wanted)) continue;
      const where = isForDevelopment(path) ? 'devDependencies' : 'dependencies';
      problems.push(`${path}:${line}: imports ${wanted}, which is not in the ${where} of packages/${name}/package.json; add it there`);
    }
  }
  return problems;
}

function unused({ name, manifest }: Package, sources: [path: string, text: string][]): string[] {
  const file = `packages/${name}/package.json`;
  const problems: string[] = [];
  for (const wanted of Object.keys(manifest.dependencies ?? {})) {
    if (sources.some(([path, text]) => !isForDevelopment(path) && names(text, wanted))) continue;
    const inDevelopment = sources.some(([, text]) => names(text, wanted));
    problems.push(`${file}: lists ${wanted}, which ${inDevelopment ? 'only tests, benches and builds import; move it to devDependencies' : 'nothing imports; remove it'}`);
  }
  for (const wanted of Object.keys(manifest.devDependencies ?? {})) {
    if (!sources.some(([, text]) => names(text, wanted))) problems.push(`${file}: lists ${wanted} for development, which nothing imports; remove it`);
  }
  return problems;
}

interface Tsconfig {
  references?: { path: string }[];
}

/** `tsc -b` builds what the references say, so they must say the same as the dependencies. */
export function referenceProblems(house: House): string[] {
  const problems: string[] = [];
  const compare = (file: string, wanted: string[]): void => {
    const tsconfig = JSON.parse(house.files.get(file) ?? '{}') as Tsconfig;
    const found = (tsconfig.references ?? []).map(({ path }) => path.replace(/^.*\//, ''));
    for (const name of wanted) if (!found.includes(name)) problems.push(`${file}: does not refer to ${name}; add it to "references"`);
    for (const name of found) if (!wanted.includes(name)) problems.push(`${file}: refers to ${name}, which is no dependency; remove it`);
  };
  for (const { name, manifest } of house.packages) {
    const own = Object.keys(manifest.dependencies ?? {}).filter((each) => each.startsWith('@shoal/'));
    compare(
      `packages/${name}/tsconfig.json`,
      own.map((each) => each.replace('@shoal/', '')),
    );
  }
  const all = house.packages.map(({ name }) => name);
  compare('tsconfig.json', all);
  return problems;
}
