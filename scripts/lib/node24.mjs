import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SetupError } from './main.mjs';
import { neededMajor, root } from './project.mjs';

/**
 * The Node.js that runs the packages: the pinned one, or our own where the pinned one does not start
 * (another libc, an installation without scripts) and ours is new enough.
 * @returns {string}
 */
export function findNode() {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (isNewEnough(spawnSync(pinned, ['--version'], { encoding: 'utf8' }).stdout)) return pinned;
  if (isNewEnough(process.version)) return process.execPath;
  throw new SetupError(
    `Shoal needs Node.js ${neededMajor} or newer: this is ${process.version}, and the one that npm installed at ${pinned} does not start. ` +
      `Install Node.js ${neededMajor}, or allow npm to run installation scripts and delete node_modules.`,
  );
}

/** @param {string | null | undefined} version like `v24.1.0` */
const isNewEnough = (version) => Number.parseInt((version ?? '').replace(/^v/, ''), 10) >= neededMajor;
