import { errno, fail } from './errno.ts';
import type { Descriptor, DirectoryNode, WasiNode, WasiState } from './state.ts';
import { releaseNode } from './tree.ts';

export function descriptorAt(state: WasiState, fd: number): Descriptor {
  return state.descriptors[fd >>> 0] ?? fail(errno.badf);
}

/** The node behind a descriptor that is no stream. */
export function nodeOf(state: WasiState, descriptor: Descriptor): WasiNode {
  return state.nodes[descriptor.node] ?? fail(errno.badf);
}

/** A folder to start a path from. */
export function folderAt(state: WasiState, fd: number): { number: number; folder: DirectoryNode; descriptor: Descriptor } {
  const descriptor = descriptorAt(state, fd);
  if (descriptor.kind !== 'node') fail(errno.notdir);
  const folder = nodeOf(state, descriptor);
  if (folder.kind !== 'directory') fail(errno.notdir);
  return { number: descriptor.node, folder, descriptor };
}

/** Gives the lowest free number, as POSIX does. */
export function openDescriptor(state: WasiState, descriptor: Descriptor): number {
  let fd = state.descriptors.indexOf(undefined);
  if (fd < 0) fd = state.descriptors.length;
  if (fd >= state.quotas.descriptors) fail(errno.mfile);
  state.descriptors[fd] = descriptor;
  const node = state.nodes[descriptor.node];
  if (node !== undefined) node.opens++;
  return fd;
}

export function closeDescriptor(state: WasiState, fd: number): void {
  const descriptor = descriptorAt(state, fd);
  state.descriptors[fd >>> 0] = undefined;
  const node = state.nodes[descriptor.node];
  if (node === undefined) return;
  node.opens--;
  releaseNode(state, descriptor.node);
}
