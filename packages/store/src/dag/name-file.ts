import type { Clock, ImportResult } from '@shoal/runtime';
import { buildFile } from './build.ts';
import { cidText } from './cids.ts';

/** The CID that content would have, which is kept nowhere. */
export async function nameFile(content: AsyncIterable<Uint8Array>, clock: Pick<Clock, 'soon'>): Promise<ImportResult> {
  // Nothing is written: without a turn of the event loop, content from memory would hold up everything else.
  const leaf = (): Promise<void> => new Promise((resolve) => clock.soon(resolve));
  const { root, bytes } = await buildFile(content, { leaf });
  return { cid: cidText(root), bytes };
}
