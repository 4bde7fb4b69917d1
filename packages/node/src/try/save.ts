import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '@shoal/runtime';
import type { TriedUnit } from '@shoal/peer';
import { NodeError } from '../errors.ts';
import { folderOf, safePath } from '../jobs/results.ts';

/** Writes what a unit put out as `shoal run --out` does: `stdout`, and its files under `files/`. */
export async function saveUnit({ unit, input, outcome }: TriedUnit, folder: string): Promise<void> {
  if (!outcome.ok) return;
  const place = join(folder, folderOf({ unit, ...(input === undefined ? {} : { shard: input }) }));
  const all = [{ path: 'stdout', bytes: outcome.stdout }, ...outcome.files.map(({ path, bytes }) => ({ path: join('files', safePath(path)), bytes }))];
  for (const { path, bytes } of all) {
    const target = join(place, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    } catch (cause) {
      throw new NodeError('output-unwritable', `Cannot write ${target}: ${messageOf(cause)}`, { cause, hint: 'Choose another folder: --out DIR.' });
    }
  }
}

/** A unit for programs to read; bytes as base64, where they were not written to a folder. */
export function toJson({ unit, input, outcome, deterministic, difference, unmovable }: TriedUnit, withOutput: boolean): Record<string, unknown> {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    unit,
    input,
    ok: outcome.ok,
    deterministic,
    difference,
    unmovable,
    usage: outcome.usage,
    log: new TextDecoder().decode(outcome.log),
    ...(outcome.ok
      ? {
          ...(withOutput ? { stdout: base64(outcome.stdout) } : {}),
          files: outcome.files.map(({ path, bytes }) => ({ path, bytes: bytes.length, ...(withOutput ? { content: base64(bytes) } : {}) })),
        }
      : { failure: outcome.failure }),
  };
}
