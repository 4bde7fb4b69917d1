import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Why node_modules is not what package-lock.json asks for, or undefined when it is.
 * npm writes node_modules/.package-lock.json as the last step of an installation, so an interrupted one shows as well.
 * @param {string} root
 * @returns {string | undefined}
 */
export function whyInstall(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'the dependencies are not installed';
  return firstDifference(read(join(root, 'package-lock.json')), read(installedFile));
}

/**
 * Names the first package that is missing or another than the locked one.
 * @param {Lockfile} locked
 * @param {Lockfile} installed
 * @returns {string | undefined}
 */
export function firstDifference(locked, installed) {
  for (const [path, wanted] of Object.entries(locked.packages ?? {})) {
    if (!path.startsWith('node_modules/')) continue;
    const found = installed.packages?.[path];
    if (found === undefined) {
      // Optional ones are for other platforms, or could not be built here.
      if (wanted.optional !== true) return `${path} is missing`;
    } else if (found.version !== wanted.version || found.integrity !== wanted.integrity || found.link !== wanted.link) {
      return `${path} is ${found.version ?? 'linked'}, locked is ${wanted.version ?? 'a link'}`;
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Lockfile}
 */
function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
