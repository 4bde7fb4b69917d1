import { descriptorFlag, fileType, setTimes, streamRights } from '../abi.ts';
import { closeDescriptor, descriptorAt, folderAt, nodeOf } from '../descriptors.ts';
import { errno, fail } from '../errno.ts';
import type { GuestMemory } from '../memory.ts';
import { encodeText } from '../paths.ts';
import type { Descriptor, WasiNode, WasiState } from '../state.ts';
import { checkDescriptor } from './clock.ts';
import type { CallContext, CallTable } from './context.ts';

const allFlags = descriptorFlag.append | descriptorFlag.dsync | descriptorFlag.nonblock | descriptorFlag.rsync | descriptorFlag.sync;

const typeOf = (node: WasiNode): number => (node.kind === 'directory' ? fileType.directory : fileType.regularFile);

/** Writes a filestat record of 64 bytes. */
export function putStat(memory: GuestMemory, at: number, number: number, node: WasiNode): void {
  memory.slice(at, 64).fill(0);
  memory.setU64(at, 1n);
  memory.setU64(at + 8, BigInt(number));
  memory.setU8(at + 16, typeOf(node));
  memory.setU64(at + 24, node.named ? 1n : 0n);
  memory.setU64(at + 32, BigInt(node.kind === 'file' ? node.content.length : node.kind === 'input' ? node.bytes : 0));
  memory.setU64(at + 40, node.accessedNs);
  memory.setU64(at + 48, node.modifiedNs);
  memory.setU64(at + 56, node.createdNs);
}

/** Sets times; files of the host keep theirs. */
export function changeTimes(state: WasiState, node: WasiNode, accessed: bigint, modified: bigint, flags: number): void {
  if (node.area === 'root' || node.area === 'in') fail(errno.rofs);
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0;
  if (both(setTimes.accessed, setTimes.accessedNow) || both(setTimes.modified, setTimes.modifiedNow)) fail(errno.inval);
  if (flags & setTimes.accessed) node.accessedNs = BigInt.asUintN(64, accessed);
  if (flags & setTimes.accessedNow) node.accessedNs = state.clockNs;
  if (flags & setTimes.modified) node.modifiedNs = BigInt.asUintN(64, modified);
  if (flags & setTimes.modifiedNow) node.modifiedNs = state.clockNs;
}

function putDescriptorState({ state, memory }: CallContext, fd: number, at: number): void {
  const descriptor = descriptorAt(state, fd);
  const stream = descriptor.kind !== 'node';
  memory.slice(at, 24).fill(0);
  memory.setU8(at, stream ? fileType.characterDevice : typeOf(nodeOf(state, descriptor)));
  memory.setU16(at + 2, descriptor.flags);
  memory.setU64(at + 8, stream ? descriptor.rights & streamRights : descriptor.rights);
  memory.setU64(at + 16, descriptor.inheriting);
}

interface Listed {
  name: string;
  node: number;
  order: bigint;
  type: number;
}

function* listing(state: WasiState, number: number, from: bigint): Generator<Listed> {
  const folder = state.nodes[number];
  if (folder?.kind !== 'directory') return;
  if (from <= 0n) yield { name: '.', node: number, order: 0n, type: fileType.directory };
  if (from <= 1n) yield { name: '..', node: folder.parent, order: 1n, type: fileType.directory };
  for (const [name, entry] of folder.entries) {
    if (BigInt(entry.order) < from) continue;
    yield { name, node: entry.node, order: BigInt(entry.order), type: typeOf(state.nodes[entry.node] as WasiNode) };
  }
}

const direntBytes = 24;

/** Fills the guest's buffer; a name that does not fit whole is cut, and so tells that there is more. */
function readdir({ state, memory }: CallContext, fd: number, at: number, length: number, cookie: bigint, usedAt: number): void {
  const { number } = folderAt(state, fd);
  const target = memory.slice(at, length);
  const record = new Uint8Array(direntBytes);
  const view = new DataView(record.buffer);
  let used = 0;
  for (const entry of listing(state, number, BigInt.asUintN(64, cookie))) {
    const name = encodeText(entry.name);
    record.fill(0);
    view.setBigUint64(0, entry.order + 1n, true);
    view.setBigUint64(8, BigInt(entry.node), true);
    view.setUint32(16, name.length, true);
    view.setUint8(20, entry.type);
    for (const part of [record, name]) {
      const count = Math.min(part.length, target.length - used);
      target.set(part.subarray(0, count), used);
      used += count;
    }
    if (used >= target.length) break;
  }
  memory.setU32(usedAt, used);
}

function renumber({ state }: CallContext, from: number, to: number): void {
  const source = descriptorAt(state, from);
  const target = descriptorAt(state, to);
  if (source.preopened || target.preopened) fail(errno.notsup);
  if (source === target) return;
  closeDescriptor(state, to);
  state.descriptors[to >>> 0] = source;
  state.descriptors[from >>> 0] = undefined;
}

function preopen({ state }: CallContext, fd: number): Descriptor {
  const descriptor = descriptorAt(state, fd);
  return descriptor.preopened ? descriptor : fail(errno.badf);
}

const preopenName = encodeText('/');

/** What descriptors are, and what can be asked and changed about them. */
export const fileStateCalls = {
  fd_prestat_get: (c: CallContext, fd: number, at: number) => {
    preopen(c, fd);
    c.memory.slice(at, 8).fill(0);
    c.memory.setU32(at + 4, preopenName.length);
  },
  fd_prestat_dir_name: (c: CallContext, fd: number, at: number, length: number) => {
    preopen(c, fd);
    if (length >>> 0 < preopenName.length) fail(errno.nametoolong);
    c.memory.slice(at, preopenName.length).set(preopenName);
  },
  fd_close: ({ state }: CallContext, fd: number) => closeDescriptor(state, fd),
  fd_fdstat_get: putDescriptorState,
  fd_fdstat_set_flags: ({ state }: CallContext, fd: number, flags: number) => {
    if (flags & ~allFlags) fail(errno.inval);
    descriptorAt(state, fd).flags = flags;
  },
  fd_fdstat_set_rights: ({ state }: CallContext, fd: number, rights: bigint, inheriting: bigint) => {
    const descriptor = descriptorAt(state, fd);
    const [base, heirs] = [BigInt.asUintN(64, rights), BigInt.asUintN(64, inheriting)];
    if ((base & ~descriptor.rights) !== 0n || (heirs & ~descriptor.inheriting) !== 0n) fail(errno.notcapable);
    descriptor.rights = base;
    descriptor.inheriting = heirs;
  },
  fd_filestat_get: ({ state, memory }: CallContext, fd: number, at: number) => {
    const descriptor = descriptorAt(state, fd);
    if (descriptor.kind === 'node') return putStat(memory, at, descriptor.node, nodeOf(state, descriptor));
    memory.slice(at, 64).fill(0);
    memory.setU8(at + 16, fileType.characterDevice);
  },
  fd_filestat_set_times: ({ state }: CallContext, fd: number, accessed: bigint, modified: bigint, flags: number) => {
    const descriptor = descriptorAt(state, fd);
    if (descriptor.kind !== 'node') fail(errno.inval);
    changeTimes(state, nodeOf(state, descriptor), accessed, modified, flags);
  },
  fd_readdir: readdir,
  fd_renumber: renumber,
  fd_advise: checkDescriptor,
  fd_datasync: checkDescriptor,
  fd_sync: checkDescriptor,
} satisfies CallTable;
