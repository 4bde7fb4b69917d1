import { spawnSync } from 'node:child_process';

/** Names under which versions of Node are often installed beside each other. */
const usualNames = ['node20', 'node22', 'node23', 'node24', 'node25', 'node26'];
/** The oldest that runs the sources as they are. */
const leastVersion = [22, 18];

/**
 * Other versions of Node on this machine, by their version: those that SHOAL_NODES names (paths, with colons between
 * them), and `node22`, `node26` and the like on the PATH. Those that cannot run the sources as they are do not count.
 */
export function otherNodes(): Map<string, string> {
  const named = (process.env['SHOAL_NODES'] ?? '').split(':').filter((path) => path !== '');
  const found = new Map<string, string>();
  for (const path of [...named, ...usualNames]) {
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
    if (named.includes(path) && version === '') throw new Error(`Cannot run ${path}, which SHOAL_NODES names: expected paths of node programs, with colons between them`);
    const isOld = major < (leastVersion[0] as number) || (major === leastVersion[0] && minor < (leastVersion[1] as number));
    if (version !== process.version && !isOld) found.set(version, path);
  }
  return found;
}
