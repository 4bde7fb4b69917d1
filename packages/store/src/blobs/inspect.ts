import type { FileHandle } from 'node:fs/promises';
import { cidFromKey, cidText, matches } from '../dag/cids.ts';
import { stampOf } from './content-files.ts';
import type { StoreParts } from './parts.ts';

/**
 * Looks at a flat file that was just opened: when it is not as it was flushed to disk, every leaf is
 * hashed again, and what is damaged counts as missing.
 */
export async function inspectContent(parts: StoreParts, id: number, handle: FileHandle): Promise<void> {
  const content = parts.contents.byId(id);
  if (content === undefined) return;
  if (content.state === 'whole' ? (await stampOf(handle)) !== content.stamp : content.suspect) {
    await recheck(parts, id, handle, content.state === 'whole');
  }
}

async function recheck(parts: StoreParts, id: number, handle: FileHandle, whole: boolean): Promise<void> {
  parts.logger.warn('A content file is not as it was left: checking it', { file: id });
  let damaged = 0;
  let start = -1;
  for (let page = parts.contents.leavesAfter(id, start); page.length > 0; page = parts.contents.leavesAfter(id, start)) {
    for (const leaf of page) {
      start = leaf.start;
      const cid = cidFromKey(leaf.cid);
      if (matches(cid, await readOrNothing(parts, id, handle, leaf.start, leaf.length))) continue;
      damaged += 1;
      await parts.commits.run('written', () => parts.contents.markLeaf(cid, { ...leaf, content: id, here: true }, false));
    }
  }
  if (damaged > 0) parts.logger.error('Damaged blocks count as missing now', { file: id, blocks: damaged });
  await handle.sync();
  const stamp = await stampOf(handle);
  await parts.commits.run('flushed', () => {
    if (damaged > 0 || !whole || !parts.contents.settle(id, stamp)) parts.contents.unsettle(id);
  });
}

/** A bad sector reads as nothing, which matches no hash. */
async function readOrNothing(parts: StoreParts, id: number, handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  try {
    return await parts.files.readFrom(id, handle, offset, length);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return new Uint8Array();
    throw error;
  }
}

/** Takes one damaged leaf out, so that a transfer brings it back. */
export async function reportDamage(parts: StoreParts, cid: ReturnType<typeof cidFromKey>, at: { content: number; start: number; length: number }): Promise<void> {
  parts.logger.error('A block is damaged: it counts as missing now', { cid: cidText(cid), file: at.content, offset: at.start });
  await parts.commits.run('flushed', () => {
    parts.contents.markLeaf(cid, { ...at, here: true }, false);
    parts.contents.unsettle(at.content);
  });
}
