import { descriptorFlag, openFlag, right } from '../abi.ts';
import { folderAt, openDescriptor } from '../descriptors.ts';
import { errno, fail } from '../errno.ts';
import { readPath, resolveExisting, resolvePath, type Place } from '../paths.ts';
import { resizeFile } from '../quota.ts';
import type { WasiNode } from '../state.ts';
import { createFile, createFolder, rename, unlink } from '../tree.ts';
import type { CallContext, CallTable } from './context.ts';
import { changeTimes, putStat } from './file-state.ts';

function placeAt({ state, memory }: CallContext, fd: number, at: number, length: number): Place {
  const { number } = folderAt(state, fd);
  return resolvePath(state, number, readPath(memory, at, length));
}

/** The node number to open, created if asked for. */
function findOrCreate({ state }: CallContext, place: Place, oflags: number): number {
  if (place.node !== undefined) {
    if (oflags & openFlag.exclusive && oflags & openFlag.create) fail(errno.exist);
    return place.node;
  }
  if (!(oflags & openFlag.create)) fail(errno.noent);
  if (oflags & openFlag.directory || place.folderOnly) fail(errno.inval);
  return createFile(state, place);
}

function open(
  c: CallContext,
  fd: number,
  _lookup: number,
  at: number,
  length: number,
  oflags: number,
  rights: bigint,
  inheriting: bigint,
  flags: number,
  outAt: number,
): void {
  const { state, memory } = c;
  const { descriptor: base } = folderAt(state, fd);
  const place = placeAt(c, fd, at, length);
  memory.slice(outAt, 4);
  // Checked before a file is made that nobody could then open.
  if (state.descriptors.length >= state.quotas.descriptors && !state.descriptors.includes(undefined)) fail(errno.mfile);
  const number = findOrCreate(c, place, oflags);
  const node = state.nodes[number] as WasiNode;
  if ((oflags & openFlag.directory || place.folderOnly) && node.kind !== 'directory') fail(errno.notdir);
  let granted = BigInt.asUintN(64, rights) & base.inheriting;
  const readOnly = node.area === 'root' || node.area === 'in';
  if (node.kind === 'directory') {
    if (oflags & openFlag.truncate) fail(errno.isdir);
    if (granted & right.write && !(oflags & openFlag.directory)) fail(errno.isdir);
    granted &= ~(right.write | right.read | right.seek);
  } else if (readOnly) {
    if (oflags & openFlag.truncate || granted & right.write) fail(errno.rofs);
  } else if (node.kind === 'file' && oflags & openFlag.truncate) {
    resizeFile(state, node, 0);
  }
  const opened = openDescriptor(state, {
    kind: 'node',
    node: number,
    offset: 0,
    flags: flags & (descriptorFlag.append | descriptorFlag.nonblock | descriptorFlag.sync | descriptorFlag.dsync | descriptorFlag.rsync),
    rights: granted,
    inheriting: BigInt.asUintN(64, inheriting) & base.inheriting,
    preopened: false,
  });
  memory.setU32(outAt, opened);
}

function remove(c: CallContext, fd: number, at: number, length: number, kind: 'file' | 'directory'): void {
  const place = placeAt(c, fd, at, length);
  const node = place.node === undefined ? undefined : c.state.nodes[place.node];
  if (node === undefined) return fail(errno.noent);
  if (kind === 'directory') {
    if (node.kind !== 'directory') return fail(errno.notdir);
    if (place.name === '') return fail(errno.inval);
    if (node.entries.size > 0 && node.area !== 'in') return fail(errno.notempty);
  } else {
    if (node.kind === 'directory') return fail(errno.isdir);
    if (place.folderOnly) return fail(errno.notdir);
  }
  unlink(c.state, place);
}

/** Names in the tree. */
export const pathCalls = {
  path_open: open,
  path_create_directory: (c: CallContext, fd: number, at: number, length: number) => {
    const place = placeAt(c, fd, at, length);
    if (place.node !== undefined) fail(errno.exist);
    createFolder(c.state, place);
  },
  path_filestat_get: (c: CallContext, fd: number, _lookup: number, at: number, length: number, statAt: number) => {
    const { number } = folderAt(c.state, fd);
    const found = resolveExisting(c.state, number, readPath(c.memory, at, length));
    putStat(c.memory, statAt, found.number, found.node);
  },
  path_filestat_set_times: (
    c: CallContext,
    fd: number,
    _lookup: number,
    at: number,
    length: number,
    accessed: bigint,
    modified: bigint,
    flags: number,
  ) => {
    const { number } = folderAt(c.state, fd);
    changeTimes(c.state, resolveExisting(c.state, number, readPath(c.memory, at, length)).node, accessed, modified, flags);
  },
  path_remove_directory: (c: CallContext, fd: number, at: number, length: number) => remove(c, fd, at, length, 'directory'),
  path_unlink_file: (c: CallContext, fd: number, at: number, length: number) => remove(c, fd, at, length, 'file'),
  path_rename: (c: CallContext, fromFd: number, fromAt: number, fromLength: number, toFd: number, toAt: number, toLength: number) =>
    rename(c.state, placeAt(c, fromFd, fromAt, fromLength), placeAt(c, toFd, toAt, toLength)),
  // There are no links in the tree, and none can be made: nothing can point out of it.
  path_link: (c: CallContext, fd: number) => {
    folderAt(c.state, fd);
    fail(errno.notsup);
  },
  path_symlink: (c: CallContext, _at: number, _length: number, fd: number) => {
    folderAt(c.state, fd);
    fail(errno.notsup);
  },
  path_readlink: (c: CallContext, fd: number, at: number, length: number) => {
    const { number } = folderAt(c.state, fd);
    resolveExisting(c.state, number, readPath(c.memory, at, length));
    fail(errno.inval);
  },
} satisfies CallTable;
