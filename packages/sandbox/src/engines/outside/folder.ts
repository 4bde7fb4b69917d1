import { chmod, copyFile, link, lstat, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionInput, OutputFile } from '@shoal/runtime';
import { inputWindowBytes, maxFiles, maxFolderDepth } from '../../limits.ts';

/** As those of the children: what a killed peer left is found and removed by the number in it. */
const prefix = 'shoal-sandbox-';
const everybodyReads = 0o644;

/** What /out holds, counted; nothing of it is read. */
export interface Held {
  bytes: number;
  files: number;
  /** What cannot be an output: a link, a device, folders too deep. */
  odd: string | undefined;
}

/** A unit's own folder on this machine's disk: `in` and `out` are seen by its program, `program` beside them. */
export class JobFolder {
  readonly path: string;
  readonly in: string;
  readonly out: string;
  readonly program: string;

  private constructor(path: string) {
    this.path = path;
    this.in = join(path, 'in');
    this.out = join(path, 'out');
    this.program = join(path, 'program');
  }

  static async make(base = tmpdir()): Promise<JobFolder> {
    await mkdir(base, { recursive: true, mode: 0o700 });
    // Only this user gets into it; what is inside may be read by whomever the program runs as.
    const folder = new JobFolder(await mkdtemp(join(base, `${prefix}${process.pid}-`)));
    await mkdir(folder.in);
    await mkdir(folder.out);
    await chmod(folder.in, 0o755);
    await chmod(folder.out, 0o777);
    return folder;
  }

  async putProgram(bytes: Uint8Array): Promise<void> {
    await writeFile(this.program, bytes, { mode: 0o755, flag: 'wx' });
    await chmod(this.program, 0o755);
  }

  /** `mayLink`: the program runs as somebody who may read the store's own files; else they are copied. */
  async putInput(input: ExecutionInput, mayLink: boolean): Promise<void> {
    const path = join(this.path, input.path.slice(1));
    await mkdir(dirname(path), { recursive: true });
    const place = await input.file?.();
    if (place?.offset === 0 && (await stat(place.path)).size === input.bytes) {
      try {
        if (mayLink) return await link(place.path, path);
        await copyFile(place.path, path);
        return await chmod(path, everybodyReads);
      } catch {
        // On another disk, for example: then it is read, which says what is wrong with it.
      }
    }
    await using file = await open(path, 'w', everybodyReads);
    for (let at = 0; at < input.bytes; ) {
      const piece = await input.read(at, Math.min(inputWindowBytes, input.bytes - at));
      if (piece.length === 0) throw new Error(`input ${input.path} ends at ${at} of ${input.bytes} bytes`);
      await file.writeFile(piece);
      at += piece.length;
    }
  }

  async held(): Promise<Held> {
    const held: Held = { bytes: 0, files: 0, odd: undefined };
    await this.#walk('', 0, async (path) => {
      const { size, blocks } = await lstat(join(this.out, path));
      // Holes count as well: they are read as zeros.
      held.bytes += Math.max(size, blocks * 512);
    }, held);
    return held;
  }

  /** The files of /out. Nothing may write there any more. */
  async outputs(): Promise<OutputFile[]> {
    const files: OutputFile[] = [];
    await this.#walk('', 0, async (path) => {
      files.push({ path, bytes: new Uint8Array(await readFile(join(this.out, path))) });
    }, { bytes: 0, files: 0, odd: undefined });
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  async #walk(folder: string, depth: number, visit: (path: string) => Promise<void>, held: Held): Promise<void> {
    for (const entry of await readdir(join(this.out, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (++held.files > maxFiles) return;
      if (entry.isDirectory() && depth < maxFolderDepth) await this.#walk(path, depth + 1, visit, held);
      else if (entry.isFile()) await visit(path);
      else held.odd ??= path;
    }
  }
}
