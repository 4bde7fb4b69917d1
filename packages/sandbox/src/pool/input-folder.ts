import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionInput } from '@shoal/runtime';

const prefix = 'shoal-sandbox-';

/**
 * What one child sees of this machine's files: hard links to the inputs of its present unit, in a folder that is read-only
 * to it. A link copies nothing, and goes when the unit ends.
 */
export class InputFolder {
  readonly path: string;
  readonly #names = new Set<string>();

  constructor(base = tmpdir()) {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    this.path = mkdtempSync(join(base, `${prefix}${process.pid}-`));
  }

  /** Undefined where the input lies in no file, or in one that cannot be linked here: on another disk, for example. */
  async place(name: string, input: ExecutionInput | undefined): Promise<{ name: string; offset: number } | undefined> {
    try {
      const place = await input?.file?.();
      if (place === undefined) return undefined;
      linkSync(place.path, join(this.path, name));
      this.#names.add(name);
      return { name, offset: place.offset };
    } catch {
      return undefined; // then it is read through this process, which says what is wrong with it
    }
  }

  clear(): void {
    for (const name of this.#names) rmSync(join(this.path, name), { force: true });
    this.#names.clear();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}

/** The process that made a folder of that name; undefined for any other. */
export function ownerOf(name: string): number | undefined {
  const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : NaN;
  return pid > 0 ? pid : undefined;
}

/** Folders of processes that were killed. */
export function removeStaleFolders(base = tmpdir()): void {
  mkdirSync(base, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(base)) {
    const pid = ownerOf(name);
    if (pid !== undefined && !isAlive(pid)) rmSync(join(base, name), { recursive: true, force: true });
  }
}
