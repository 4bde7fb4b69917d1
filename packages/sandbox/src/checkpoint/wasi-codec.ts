import { maxDescriptors, maxFiles, maxFolderDepth, maxInputs, maxNameBytes } from '../limits.ts';
import { allRights } from '../wasi/abi.ts';
import { contentPieces, pageBytes, writeContent, resizeContent, type FileContent } from '../wasi/content.ts';
import type { RandomState } from '../wasi/random.ts';
import type { Area, Descriptor, DirectoryNode, WasiNode, WasiState } from '../wasi/state.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { SnapshotUnfit } from './values.ts';

const areas: readonly Area[] = ['root', 'in', 'out', 'tmp'];
const nodeKinds = ['none', 'directory', 'file', 'input'] as const;
const descriptorKinds = ['none', 'stdin', 'stdout', 'stderr', 'node'] as const;

/** Nodes at once: what the guest may have, the inputs with their folders, and the four that are always there. */
const maxNodes = maxFiles + maxInputs * maxFolderDepth + 4;
const rootNode = 1;

/** Writes what a program cannot know from its job: arguments and quotas are left out. */
export function writeWasi(out: ByteWriter, state: WasiState): void {
  out.i64(state.clockNs);
  for (const word of state.random) out.u32(word >>> 0);
  out.size(state.stdoutBytes);
  out.u32(state.nodes.length);
  for (const node of state.nodes) writeNode(out, node);
  out.u32(state.freeNodes.length);
  for (const number of state.freeNodes) out.u32(number);
  out.u32(state.descriptors.length);
  for (const descriptor of state.descriptors) writeDescriptor(out, descriptor);
}

function writeNode(out: ByteWriter, node: WasiNode | undefined): void {
  out.u8(nodeKinds.indexOf(node?.kind ?? 'none'));
  if (node === undefined) return;
  out.u8(areas.indexOf(node.area)).i64(node.createdNs).i64(node.modifiedNs).i64(node.accessedNs);
  if (node.kind === 'input') {
    out.u32(node.input).size(node.bytes);
  } else if (node.kind === 'directory') {
    out.u32(node.parent).u32(node.nextOrder).u32(node.entries.size);
    for (const [name, entry] of node.entries) out.text(name).u32(entry.node).u32(entry.order);
  } else {
    out.size(node.content.length);
    for (const piece of contentPieces(node.content)) out.bytes(piece);
  }
}

function writeDescriptor(out: ByteWriter, descriptor: Descriptor | undefined): void {
  out.u8(descriptorKinds.indexOf(descriptor?.kind ?? 'none'));
  if (descriptor === undefined) return;
  out.u32(Math.max(0, descriptor.node)).size(descriptor.offset).u32(descriptor.flags).i64(descriptor.rights).i64(descriptor.inheriting);
  out.u8(descriptor.preopened ? 1 : 0);
}

function readContent(reader: ByteReader): FileContent {
  const content: FileContent = { length: 0, pages: [] };
  const length = reader.size();
  for (let at = 0; at < length; at += pageBytes) {
    const piece = reader.bytes(pageBytes);
    if (piece.length !== Math.min(pageBytes, length - at)) throw new SnapshotUnfit('a file has other bytes than it says');
    // Holes stay holes.
    if (piece.some((byte) => byte !== 0)) writeContent(content, at, piece);
  }
  resizeContent(content, length);
  return content;
}

function readNode(reader: ByteReader, inputs: readonly number[]): WasiNode | undefined {
  const kind = reader.one(nodeKinds, 'a file');
  if (kind === 'none') return undefined;
  const base = { area: reader.one(areas, 'a place'), createdNs: reader.i64(), modifiedNs: reader.i64(), accessedNs: reader.i64(), opens: 0, named: false };
  if (kind === 'input') {
    const input = reader.u32();
    const bytes = reader.size();
    if (inputs[input] !== bytes || base.area !== 'in') throw new SnapshotUnfit('its inputs are not those of the unit');
    return { kind, ...base, input, bytes };
  }
  if (kind === 'file') {
    if (base.area !== 'out' && base.area !== 'tmp') throw new SnapshotUnfit('a file lies outside /out and /tmp');
    return { kind, ...base, content: readContent(reader) };
  }
  const folder: DirectoryNode = { kind, ...base, parent: reader.u32(), depth: 0, nextOrder: reader.u32(), entries: new Map() };
  let last = -1;
  for (let n = reader.count(maxNodes, 'names in a folder'); n > 0; n--) {
    const name = reader.text(maxNameBytes);
    const entry = { node: reader.u32(), order: reader.u32() };
    const proper = name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
    if (!proper || entry.order <= last || entry.order >= folder.nextOrder || folder.entries.has(name)) throw new SnapshotUnfit('a folder is out of order');
    last = entry.order;
    folder.entries.set(name, entry);
  }
  return folder;
}

function readDescriptor(reader: ByteReader, nodes: readonly (WasiNode | undefined)[]): Descriptor | undefined {
  const kind = reader.one(descriptorKinds, 'a descriptor');
  if (kind === 'none') return undefined;
  const number = reader.u32();
  const descriptor: Descriptor = {
    kind,
    node: kind === 'node' ? number : -1,
    offset: reader.size(),
    flags: reader.u32(),
    rights: reader.i64() & allRights,
    inheriting: reader.i64() & allRights,
    preopened: reader.u8() === 1,
  };
  const node = nodes[number];
  if (kind === 'node') {
    if (node === undefined) throw new SnapshotUnfit('a descriptor leads to no file');
    node.opens++;
  }
  return descriptor;
}

/** Walks over the tree: every folder is in one place, and counts what is there. */
function settle(state: WasiState): void {
  const root = state.nodes[rootNode];
  if (root?.kind !== 'directory') throw new SnapshotUnfit('it has no root folder');
  const waiting: DirectoryNode[] = [root];
  root.named = true;
  root.parent = rootNode;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const number = state.nodes.indexOf(folder);
    for (const { node: child } of folder.entries.values()) {
      const node = state.nodes[child];
      const fits = node !== undefined && !node.named && (folder === root || node.area === folder.area);
      if (!fits || folder.depth >= maxFolderDepth + 1) throw new SnapshotUnfit('a file is in two places, or none');
      node.named = true;
      if (node.kind !== 'directory') continue;
      node.parent = number;
      node.depth = folder.depth + 1;
      waiting.push(node);
    }
  }
}

/** Counts against the quotas again: the snapshot's own word for it is not taken. */
function count(state: WasiState, mounted: number): void {
  state.files = -mounted;
  state.outputFileBytes = 0;
  state.temporaryBytes = 0;
  for (const [number, node] of state.nodes.entries()) {
    if (node === undefined) continue;
    if (!node.named && node.opens === 0) throw new SnapshotUnfit('a file has neither a name nor a descriptor');
    // What has no name and is a folder has no way up.
    if (!node.named && node.kind === 'directory') node.parent = number;
    state.files++;
    if (node.kind !== 'file') continue;
    if (node.area === 'out') state.outputFileBytes += node.content.length;
    else state.temporaryBytes += node.content.length;
  }
  const { quotas } = state;
  const over = state.files > quotas.files || state.temporaryBytes > quotas.temporaryBytes || state.outputFileBytes + state.stdoutBytes > quotas.outputBytes;
  if (over || state.files < 0) throw new SnapshotUnfit('it holds more than the unit may');
}

/** The state that `fresh`, a program's at its beginning, came to. Throws SnapshotUnfit. */
export function readWasi(reader: ByteReader, fresh: WasiState): WasiState {
  const inputs: number[] = [];
  for (const node of fresh.nodes) if (node?.kind === 'input') inputs[node.input] = node.bytes;
  const state: WasiState = { ...fresh, clockNs: reader.i64() };
  if (state.clockNs < 0n) throw new SnapshotUnfit('its clock is before its beginning');
  state.random = [0, 0, 0, 0].map(() => reader.u32() | 0) as RandomState;
  state.stdoutBytes = reader.size();
  state.nodes = Array.from({ length: reader.count(maxNodes, 'files') }, () => readNode(reader, inputs));
  state.freeNodes = Array.from({ length: reader.count(maxNodes, 'free numbers') }, () => reader.u32());
  const free = new Set(state.freeNodes);
  if (free.size !== state.freeNodes.length || state.freeNodes.some((number) => number === 0 || number >= state.nodes.length || state.nodes[number] !== undefined)) {
    throw new SnapshotUnfit('a free number is not free');
  }
  state.descriptors = Array.from({ length: reader.count(maxDescriptors, 'descriptors') }, () => readDescriptor(reader, state.nodes));
  settle(state);
  count(state, fresh.nodes.filter((node) => node !== undefined).length);
  return state;
}
