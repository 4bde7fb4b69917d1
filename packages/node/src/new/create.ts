import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

export const templateLanguages = ['assemblyscript', 'c', 'javascript', 'python', 'rust', 'sql'] as const;
export type TemplateLanguage = (typeof templateLanguages)[number];

const templates = fileURLToPath(new URL('../../assets/templates/', import.meta.url));

/** A package's folder, from here: what it exports does not matter. */
function folderOf(name: string): string {
  const places = (createRequire(import.meta.url).resolve.paths(name) ?? []).map((folder) => join(folder, name));
  const found = places.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`the package ${name} is not installed`);
  return found;
}

/** What a template takes from elsewhere in the project: [where it lies, its name in the new folder]. */
const shared: Partial<Record<TemplateLanguage, readonly (readonly [package_: string, from: string, to: string])[]>> = {
  assemblyscript: [
    ['@shoal/workloads', 'programs/lib', 'lib'],
    ['@shoal/workloads', 'programs/asconfig.json', 'asconfig.json'],
  ],
  javascript: [['@shoal/sandbox', 'assets/quickjs/shoal.d.ts', 'shoal.d.ts']],
};

/** Makes a folder with a program of a language; it must not be there yet. */
export async function createProgram(name: string, language: TemplateLanguage): Promise<{ folder: string; files: string[] }> {
  const folder = resolve(name);
  try {
    await mkdir(folder);
    await cp(join(templates, language), folder, { recursive: true });
    for (const [package_, from, to] of shared[language] ?? []) await cp(join(folderOf(package_), from), join(folder, to), { recursive: true });
    return { folder, files: (await readdir(folder)).toSorted() };
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new NodeError('output-unwritable', `Cannot make ${name}: ${isThere ? 'it is there already' : messageOf(cause)}`, {
      cause,
      hint: isThere ? 'Choose another name, or remove it.' : 'Is the folder that it shall lie in there, and writable?',
    });
  }
}
