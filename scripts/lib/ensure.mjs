import { existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { exclusively } from './exclusive.mjs';
import { whyInstall } from './lockfile.mjs';
import { SetupError } from './main.mjs';
import { findNode } from './node24.mjs';
import { step } from './progress.mjs';
import { root } from './project.mjs';
import { runQuietly } from './quiet.mjs';

/** Tells our own `prepare` script that the build follows anyway. */
export const setupMark = 'SHOAL_SETUP';

/** Installs and builds what is missing or out of date; afterwards every package can be run. */
export async function ensureReady() {
  await exclusively(join(root, '.setup.lock'), async () => {
    await ensureInstalled();
    await build();
  });
}

async function ensureInstalled() {
  if (whyInstall(root) === undefined) return;
  const npm = npmCommand();
  // Engine warnings are about our own Node, which is replaced by the pinned one at the end of this very step.
  const args = [...npm.args, 'ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
  const { code, output } = await step('Installing the dependencies (first start only)', () => runQuietly(npm.command, args, npm.env));
  if (code !== 0) {
    throw new SetupError(`${output.trim()}\n\nInstalling the dependencies failed: npm ci ended with ${code}. The lines above are npm's; is the network there?`);
  }
}

/** Compiles what changed since the last time. */
export async function build() {
  const node = findNode();
  await buildStep('Compiling', node, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ['-b']);
  await buildStep('Building the programs', node, join(root, 'packages', 'workloads', 'build.mjs'), []);
}

/**
 * @param {string} text
 * @param {string} node
 * @param {string} script
 * @param {string[]} args
 */
async function buildStep(text, node, script, args) {
  if (!existsSync(script)) throw new SetupError(`${text} failed: ${script} does not exist. Was npm told to leave out development dependencies?`);
  const { code, output } = await step(text, () => runQuietly(node, [script, ...args]));
  if (code !== 0) throw new SetupError(`${output.trim()}\n\n${text} failed: ${basename(script)} ended with ${code}.`);
}

/**
 * npm as it was before this project got in its way: `npm start` puts node_modules/.bin, and so the pinned Node,
 * first in PATH, and `npm ci` deletes both.
 */
function npmCommand() {
  const ownBin = join(root, 'node_modules');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(ownBin));
  const env = { ...process.env, PATH: path.join(delimiter), [setupMark]: '1' };
  const { npm_execpath: cli = '', npm_node_execpath: node = '' } = process.env;
  const usable = basename(cli) === 'npm-cli.js' && existsSync(cli) && existsSync(node) && !node.startsWith(ownBin);
  return usable ? { command: node, args: [cli], env } : { command: 'npm', args: [], env };
}
