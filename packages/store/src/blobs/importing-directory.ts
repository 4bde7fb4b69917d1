import type { FileSource, ImportResult } from '@shoal/runtime';
import { buildDirectory, buildFile } from '../dag/build.ts';
import { cidText } from '../dag/cids.ts';
import { nameProblem } from '../dag/names.ts';
import { StoreError } from '../errors.ts';
import { commitStaged, discardStaged, stage, type Staged } from './importing.ts';
import type { StoreParts } from './parts.ts';

/** Files one after the other, then their directory: all of it enters the store in one step, or nothing does. */
export async function importDirectory(
  parts: StoreParts,
  files: FileSource[],
  options: { signal?: AbortSignal; onProgress?: (bytes: number) => void; owner?: string } = {},
): Promise<ImportResult> {
  for (const { name } of files) {
    const problem = nameProblem(name);
    if (problem === undefined) continue;
    throw new StoreError('directory-invalid', `Cannot import a directory with the entry ${JSON.stringify(name)}: ${problem}`);
  }
  const staged: { name: string; staged: Staged }[] = [];
  let before = 0;
  try {
    for (const source of files) {
      const onProgress = (bytes: number): void => options.onProgress?.(before + bytes);
      const one = await stageOne(parts, source, { signal: options.signal, onProgress });
      staged.push({ name: source.name, staged: one });
      before += one.file.bytes;
    }
    const node = buildDirectory(staged.map(({ name, staged: { file } }) => ({ name, file })));
    const result = { cid: cidText(node.cid), bytes: before };
    return await commitStaged(parts, staged.map((one) => one.staged), result, { node, root: node.cid, owner: options.owner });
  } catch (error) {
    await discardStaged(parts, staged.map((one) => one.staged));
    throw error;
  }
}

async function stageOne(
  parts: StoreParts,
  source: FileSource,
  options: { signal: AbortSignal | undefined; onProgress: (bytes: number) => void },
): Promise<Staged> {
  if (source.keep !== false) return stage(parts, source.open(), options);
  let total = 0;
  const leaf = async (bytes: Uint8Array): Promise<void> => {
    options.onProgress((total += bytes.length));
    // Nothing is written: without a turn of the event loop, content from memory would hold up everything else.
    await new Promise<void>((resolve) => {
      parts.clock.soon(resolve);
    });
  };
  return { file: await buildFile(source.open(), { signal: options.signal, leaf }), content: undefined, reservedBytes: 0 };
}
