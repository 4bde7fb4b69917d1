import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { messageOf } from '@shoal/runtime';
import type { EngineDescription } from './catalogue.ts';

/** An engine's packages, by name; or why they cannot be used. */
export type FoundPackages = { folders: Map<string, string> } | { missing: string };

/** Where packages of an npm project may lie, seen from here, and in a peer's own folder of engines first. */
function places(name: string, enginesFolder: string | undefined): string[] {
  const own = enginesFolder === undefined ? [] : [join(enginesFolder, 'node_modules')];
  return [...own, ...(createRequire(import.meta.url).resolve.paths(name) ?? [])].map((folder) => join(folder, name));
}

async function versionAt(folder: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
  } catch {
    return undefined; // no package there: the next place may have it
  }
}

/** Looks for the packages of an engine. Another version than the known one is none: its results could differ. */
export async function findPackages({ engine, package: needed }: EngineDescription, enginesFolder: string | undefined): Promise<FoundPackages> {
  const folders = new Map<string, string>();
  if (needed === undefined) return { folders };
  const others: string[] = [];
  for (const name of [needed.name, ...needed.parts]) {
    for (const folder of places(name, enginesFolder)) {
      const version = await versionAt(folder);
      if (version === undefined) continue;
      if (name === needed.name && version !== needed.version) {
        others.push(version);
        continue;
      }
      try {
        folders.set(name, await realpath(folder));
      } catch (error) {
        return { missing: `${name} cannot be used: ${messageOf(error)}` };
      }
      break;
    }
    const found = others.length > 0 ? ` (${others.join(', ')} is)` : '';
    if (!folders.has(name)) return { missing: `the npm package ${name === needed.name ? `${name}@${needed.version}` : name} is not installed${found}: shoal engine add ${engine} installs it` };
  }
  return { folders };
}
