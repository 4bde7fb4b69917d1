import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Programs of the operating system that make walls; undefined where absent. */
export interface Tools {
  bwrap: string | undefined;
  unshare: string | undefined;
  setpriv: string | undefined;
  prlimit: string | undefined;
  nice: string | undefined;
  /** Shared libraries that Node needs, by absolute path. */
  nodeLibraries: string[];
}

const usualFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/** Where a program lies that this machine may have. */
export function findProgram(name: string): string | undefined {
  const folders = [...usualFolders, ...(process.env['PATH'] ?? '').split(delimiter)].filter((folder) => folder.startsWith('/'));
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // not there, or not ours to run: the next folder may have it
      }
    });
}

const listLibraries = 'process.report.excludeNetwork = true; console.log(JSON.stringify(process.report.getReport().sharedObjects))';

const listPatienceMs = 10_000;
const listTries = 3;

/** A Node without anything loaded says which libraries it needs itself. */
async function nodeLibraries(nodePath: string): Promise<string[]> {
  for (let left = listTries; ; left -= 1) {
    const { stdout } = await promisify(execFile)(nodePath, ['-e', listLibraries], { env: {}, timeout: listPatienceMs });
    // Where this process itself was held up for so long, the answer of a child that ended well is thrown away unread, without an error.
    if (stdout !== '' || left === 1) return (JSON.parse(stdout) as string[]).filter((file) => file.startsWith('/'));
  }
}

/** Looks for what this machine has. */
export async function findTools(nodePath: string): Promise<Tools> {
  if (process.platform !== 'linux') {
    return { bwrap: undefined, unshare: undefined, setpriv: undefined, prlimit: undefined, nice: findProgram('nice'), nodeLibraries: [] };
  }
  const bwrap = findProgram('bwrap');
  return {
    bwrap,
    unshare: findProgram('unshare'),
    setpriv: findProgram('setpriv'),
    prlimit: findProgram('prlimit'),
    nice: findProgram('nice'),
    nodeLibraries: bwrap === undefined ? [] : await nodeLibraries(nodePath),
  };
}
