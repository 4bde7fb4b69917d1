import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { engineNamed, enginesFolderOf, listEngines } from '@shoal/peer';
import { messageOf } from '@shoal/runtime';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import type { PeerCommandOptions } from '../cli/options.ts';
import { NodeError } from '../errors.ts';

const maxSaidChars = 1000;

/** Installs an optional engine's package, in its one known version, into the data directory. No script of a package runs. */
export async function installEngine({ out, err }: Context, name: string, { dataDir, json }: PeerCommandOptions): Promise<void> {
  const description = engineNamed(name);
  if (description === undefined) {
    const names = (await listEngines(dataDir)).map(({ engine }) => engine).join(', ');
    throw new NodeError('usage', `shoal engine add: there is no engine ${name}`, { hint: `There are ${names}.` });
  }
  const { engine, package: needed } = description;
  if (description.allowedBy !== undefined) {
    throw new NodeError('usage', `shoal engine add: nothing is to be installed for ${engine}; it runs only what a peer's owner allows`, {
      hint: `shoal up ${description.allowedBy} allows a program; docs/PROGRAMS.md shows how.`,
    });
  }
  const folder = enginesFolderOf(dataDir);
  if (needed !== undefined) {
    const what = `${needed.name}@${needed.version}`;
    if (json !== true) err.line(`Installing ${what} into ${folder}`);
    await mkdir(folder, { recursive: true });
    await interruptible((signal) => npmInstall(folder, what, signal));
  }
  const view = (await listEngines(dataDir)).find((each) => each.engine === engine);
  if (view?.installed !== true) {
    throw new NodeError('engine-not-installed', `Cannot install ${engine}: ${view?.why ?? 'it is not there'}`, { hint: 'Has the package parts for this machine?' });
  }
  if (json === true) out.line(JSON.stringify({ engine: view }));
  else out.line(`${engine} is installed. A peer that runs already offers it after its next start.`);
}

async function npmInstall(folder: string, what: string, signal: AbortSignal): Promise<void> {
  const words = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', what];
  const npm = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-maxSaidChars)));
  const failed = (why: string, cause?: unknown): NodeError =>
    new NodeError('engine-not-installed', `Cannot install ${what}: ${why}`, { cause, hint: 'npm has to be there, and to reach its registry.' });
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('error', (error) => reject(failed(messageOf(error), error)));
    npm.once('close', resolve);
  });
  if (code !== 0) throw failed(said.trim() === '' ? `npm ended with exit code ${code}` : said.trim());
}
