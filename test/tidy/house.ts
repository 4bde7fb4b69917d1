import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the rules look at in a package.json. */
export interface Manifest {
  name?: string;
  bin?: Record<string, string>;
  exports?: Record<string, Record<string, string>>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export interface Package {
  /** Its folder's name, like `engine`. */
  name: string;
  manifest: Manifest;
}

/** The project's text files by path from the root, with `/` between folders. What git ignores is not part of it. */
export interface House {
  files: ReadonlyMap<string, string>;
  packages: readonly Package[];
  root: Manifest;
}

export function loadHouse(root: string): House {
  const files = new Map<string, string>();
  const ignored = ignorer(existsSync(join(root, '.gitignore')) ? readFileSync(join(root, '.gitignore'), 'utf8') : '');
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored(entry.name, entry.isDirectory())) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        const bytes = readFileSync(join(root, path));
        if (!bytes.includes(0)) files.set(path, bytes.toString('utf8')); // a zero byte: not text
      }
    }
  };
  walk('');
  return houseOf(files);
}

/** A house from texts alone, for the rules' own tests. */
export function houseOf(files: ReadonlyMap<string, string>): House {
  const packages: Package[] = [];
  for (const [path, text] of files) {
    const name = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (name !== undefined) packages.push({ name, manifest: JSON.parse(text) as Manifest });
  }
  return { files, packages, root: JSON.parse(files.get('package.json') ?? '{}') as Manifest };
}

/** Understands the three forms that our .gitignore uses: `folder/`, `*.ending` and `name`. */
function ignorer(gitignore: string): (name: string, isFolder: boolean) => boolean {
  const lines = ['.git/', ...gitignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))];
  return (name, isFolder) =>
    lines.some((line) => {
      if (line.endsWith('/')) return isFolder && name === line.slice(0, -1);
      return line.startsWith('*') ? name.endsWith(line.slice(1)) : name === line;
    });
}

/** Written for this project in TypeScript or JavaScript; programs are AssemblyScript, which has its own imports. */
export function isSource(path: string): boolean {
  return /\.(ts|tsx|mts|mjs|js)$/.test(path) && !path.startsWith('packages/workloads/programs/');
}

/** Never part of what runs in a peer: tests, their helpers and fixtures, benches, builds. */
export function isForDevelopment(path: string): boolean {
  return /\.test\.ts$|^test\/|\/(testing|bench)\/|\/build\.mjs$/.test(path);
}

/** The package that a file belongs to, like `engine`; undefined outside packages/. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

export function sourcesOf(house: House): [path: string, text: string][] {
  return [...house.files].filter(([path]) => isSource(path));
}
