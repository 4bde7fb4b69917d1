import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { versionOf } from '../cli/version.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What ran: the commit of the working tree (with a + where files differ from it), or the version that was installed. */
export async function commitOf(): Promise<string> {
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', ['-C', here, ...args])).stdout.trim();
  try {
    const top = await git('rev-parse', '--show-toplevel');
    if (!here.startsWith(`${top}/packages/node/`)) return `version ${versionOf()}`; // installed into somebody else's repository
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `commit ${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return `version ${versionOf()}`; // no git, or no repository
  }
}
