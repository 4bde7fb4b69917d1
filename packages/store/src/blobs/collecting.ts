import type { CID } from 'multiformats/cid';
import { cidFromKey } from '../dag/cids.ts';
import { measure, reach } from '../dag/walk.ts';
import { removeDoomed } from './importing.ts';
import type { StoreParts } from './parts.ts';
import { viewOf } from './view.ts';

/** Frees what neither a pin nor an expected root reaches. */
export async function collect(parts: StoreParts): Promise<number> {
  const { doomed, freedBytes } = await parts.commits.run('flushed', () => {
    const before = parts.usage.get().bytes;
    const kept = mark(parts);
    sweepNodes(parts, kept.nodes);
    const doomed = sweepContents(parts, kept.contents);
    return { doomed, freedBytes: before - parts.usage.get().bytes };
  });
  await removeDoomed(parts, doomed);
  await removeOrphans(parts);
  await parts.ballast.load();
  parts.logger.debug('Collected', { freedBytes, files: doomed.length });
  return freedBytes;
}

function mark(parts: StoreParts): { nodes: Set<string>; contents: Set<number> } {
  const nodes = new Set<string>();
  const contents = new Set<number>();
  reach(viewOf(parts), roots(parts), {
    node: (cid) => nodes.add(cid.toString()),
    entry: (cid) => {
      nodes.add(cid.toString());
      const own = parts.contents.byRoot(cid);
      for (const id of own === undefined ? parts.contents.contentsOf(cid) : [own.id]) contents.add(id);
    },
  });
  return { nodes, contents };
}

function roots(parts: StoreParts): CID[] {
  const expected = parts.pins.expected().filter(({ root, untilMs }) => {
    const awaited = untilMs > parts.clock.now() && measure(viewOf(parts), root)?.whole !== true;
    if (!awaited) parts.pins.settle(root);
    return awaited;
  });
  return [...parts.pins.all().map(({ cid }) => cid), ...expected.map(({ root }) => root)];
}

function sweepNodes(parts: StoreParts, kept: Set<string>): void {
  let last = new Uint8Array();
  for (let page = parts.nodes.keysAfter(last); page.length > 0; page = parts.nodes.keysAfter(last)) {
    for (const key of page) {
      last = new Uint8Array(key);
      const cid = cidFromKey(key);
      if (!kept.has(cid.toString())) parts.nodes.drop(cid);
    }
  }
}

function sweepContents(parts: StoreParts, kept: Set<number>): number[] {
  const idle = [...parts.contents.byState('whole'), ...parts.contents.byState('arriving')];
  const doomed = idle.map(({ id }) => id).filter((id) => !kept.has(id));
  for (const id of doomed) parts.contents.doom(id);
  return doomed;
}

/** Files that nothing knows of: a machine that went down may leave one. */
async function removeOrphans(parts: StoreParts): Promise<void> {
  for (const id of await parts.files.list()) if (parts.contents.byId(id) === undefined) await parts.files.remove(id);
}
