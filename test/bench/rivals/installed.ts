import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NotInstalled } from './rival.ts';

/** Where `scripts/bench-peers.sh` puts packages that are no part of the project. */
export const rivalsFolder = fileURLToPath(new URL('../../../node_modules/.cache/rivals/', import.meta.url));

/** The entry of a rival's npm package; fails with `NotInstalled`. */
export function packagePath(name: string): string {
  try {
    return createRequire(`${rivalsFolder}package.json`).resolve(name);
  } catch {
    throw new NotInstalled(`npm package ${name}`); // not there: said by whoever asked
  }
}
