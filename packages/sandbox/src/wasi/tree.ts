import { maxFolderDepth } from '../limits.ts';
import { emptyContent } from './content.ts';
import { errno, fail } from './errno.ts';
import type { Place } from './paths.ts';
import { refundBytes, takeFile } from './quota.ts';
import type { Area, DirectoryNode, FileNode, InputNode, WasiNode, WasiState } from './state.ts';

const base = (state: WasiState, area: Area) => ({
  area,
  createdNs: state.clockNs,
  modifiedNs: state.clockNs,
  accessedNs: state.clockNs,
  opens: 0,
  named: true,
});

function enter(state: WasiState, parent: DirectoryNode, name: string, node: WasiNode): number {
  const number = state.freeNodes.pop() ?? state.nodes.length;
  state.nodes[number] = node;
  parent.entries.set(name, { node: number, order: parent.nextOrder++ });
  parent.modifiedNs = state.clockNs;
  return number;
}

export function newDirectory(state: WasiState, area: Area, parent: number, depth: number): DirectoryNode {
  return { kind: 'directory', ...base(state, area), parent, depth, entries: new Map(), nextOrder: 2 };
}

/** The folder of that number, writable by the guest. */
export function writableFolder(state: WasiState, number: number): DirectoryNode {
  const node = state.nodes[number];
  if (node === undefined) fail(errno.noent);
  if (node.kind !== 'directory') fail(errno.notdir);
  if (node.area === 'root' || node.area === 'in') fail(errno.rofs);
  // A removed folder that is still open takes nothing new.
  if (!node.named) fail(errno.noent);
  return node;
}

/** Adds a folder for the host's own use (mounts), outside all quotas. */
export function mountFolder(state: WasiState, parent: number, name: string, area: Area): number {
  const folder = state.nodes[parent] as DirectoryNode;
  const held = folder.entries.get(name);
  if (held !== undefined) return held.node;
  return enter(state, folder, name, newDirectory(state, area, parent, folder.depth + 1));
}

export function mountInput(state: WasiState, parent: number, name: string, input: number, bytes: number): void {
  const node: InputNode = { kind: 'input', ...base(state, 'in'), input, bytes };
  enter(state, state.nodes[parent] as DirectoryNode, name, node);
}

export function createFile(state: WasiState, place: Place): number {
  const parent = writableFolder(state, place.parent);
  takeFile(state);
  const node: FileNode = { kind: 'file', ...base(state, parent.area), content: emptyContent() };
  return enter(state, parent, place.name, node);
}

export function createFolder(state: WasiState, place: Place): void {
  const parent = writableFolder(state, place.parent);
  if (parent.depth >= maxFolderDepth) fail(errno.nametoolong);
  takeFile(state);
  enter(state, parent, place.name, newDirectory(state, parent.area, place.parent, parent.depth + 1));
}

/** Forgets a node that nothing names or holds. */
export function releaseNode(state: WasiState, number: number): void {
  const node = state.nodes[number];
  if (node === undefined || node.named || node.opens > 0) return;
  if (node.kind === 'file') refundBytes(state, node.area, node.content.length);
  state.files--;
  state.nodes[number] = undefined;
  state.freeNodes.push(number);
}

/** Takes the name away; the node stays while a descriptor holds it. */
export function unlink(state: WasiState, place: Place): void {
  const parent = writableFolder(state, place.parent);
  const number = place.node as number;
  const node = state.nodes[number] as WasiNode;
  // /out and /tmp themselves lie in the root, which writableFolder has refused.
  parent.entries.delete(place.name);
  parent.modifiedNs = state.clockNs;
  node.named = false;
  // Its number may be given anew: a removed folder that is still open has no way up.
  if (node.kind === 'directory') node.parent = number;
  releaseNode(state, number);
}

function heightOf(state: WasiState, node: WasiNode): number {
  if (node.kind !== 'directory') return 0;
  let height = 0;
  for (const entry of node.entries.values()) height = Math.max(height, 1 + heightOf(state, state.nodes[entry.node] as WasiNode));
  return height;
}

function setDepth(state: WasiState, node: WasiNode, depth: number): void {
  if (node.kind !== 'directory') return;
  node.depth = depth;
  for (const entry of node.entries.values()) setDepth(state, state.nodes[entry.node] as WasiNode, depth + 1);
}

/** Moves a name, as rename of POSIX does. Between /out and /tmp it is refused: the quotas differ. */
export function rename(state: WasiState, from: Place, to: Place): void {
  const source = writableFolder(state, from.parent);
  const target = writableFolder(state, to.parent);
  const node = from.node === undefined ? undefined : state.nodes[from.node];
  if (from.node === undefined || node === undefined) fail(errno.noent);
  if (from.name === '' || to.name === '') fail(errno.inval);
  if (source.area !== target.area) fail(errno.xdev);
  if ((from.folderOnly || to.folderOnly) && node.kind !== 'directory') fail(errno.notdir);
  if (to.node === from.node) return;
  if (node.kind === 'directory') {
    for (let at = to.parent; ; at = (state.nodes[at] as DirectoryNode).parent) {
      if (at === from.node) fail(errno.inval);
      if (at === (state.nodes[at] as DirectoryNode).parent) break;
    }
    if (target.depth + 1 + heightOf(state, node) > maxFolderDepth) fail(errno.nametoolong);
  }
  const replaced = to.node === undefined ? undefined : state.nodes[to.node];
  if (replaced !== undefined) {
    if (node.kind === 'directory' && replaced.kind !== 'directory') fail(errno.notdir);
    if (node.kind !== 'directory' && replaced.kind === 'directory') fail(errno.isdir);
    if (replaced.kind === 'directory' && replaced.entries.size > 0) fail(errno.notempty);
    unlink(state, to);
  }
  source.entries.delete(from.name);
  target.entries.set(to.name, { node: from.node, order: target.nextOrder++ });
  source.modifiedNs = state.clockNs;
  target.modifiedNs = state.clockNs;
  if (node.kind === 'directory') {
    node.parent = to.parent;
    setDepth(state, node, target.depth + 1);
  }
}
