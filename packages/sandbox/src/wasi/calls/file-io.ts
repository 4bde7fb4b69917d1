import { maxIoVectors } from '../../limits.ts';
import { descriptorFlag, right, whence } from '../abi.ts';
import { readContent, writeContent } from '../content.ts';
import { descriptorAt, nodeOf } from '../descriptors.ts';
import { errno, fail } from '../errno.ts';
import { resizeFile, takeStdout } from '../quota.ts';
import type { Descriptor, WasiNode } from '../state.ts';
import type { CallContext, CallTable } from './context.ts';

/** Positions beyond this are not exact in a number; no file gets near. */
const maxOffset = 2 ** 52;

function position(offset: bigint): number {
  const unsigned = BigInt.asUintN(64, offset);
  if (unsigned > BigInt(maxOffset)) fail(errno.inval);
  return Number(unsigned);
}

function vectors({ memory }: CallContext, at: number, count: number): Uint8Array[] {
  if (count >>> 0 > maxIoVectors) fail(errno.inval);
  const list: Uint8Array[] = [];
  for (let i = 0; i < count; i++) list.push(memory.slice(memory.u32(at + i * 8), memory.u32(at + i * 8 + 4)));
  return list;
}

function need(descriptor: Descriptor, wanted: bigint): void {
  if ((descriptor.rights & wanted) !== wanted) fail(errno.notcapable);
}

function readNode({ ports }: CallContext, node: WasiNode, offset: number, targets: Uint8Array[]): number {
  if (node.kind === 'directory') return fail(errno.isdir);
  let done = 0;
  for (const target of targets) {
    if (target.length === 0) continue;
    const at = offset + done;
    let count: number;
    if (node.kind === 'file') count = readContent(node.content, at, target);
    else {
      const wanted = Math.max(0, Math.min(target.length, node.bytes - at));
      count = wanted === 0 ? 0 : ports.readInput(node.input, at, wanted === target.length ? target : target.subarray(0, wanted));
    }
    done += count;
    if (count < target.length) break;
  }
  return done;
}

function writeNode({ state }: CallContext, node: WasiNode, offset: number, sources: Uint8Array[]): number {
  if (node.kind === 'directory') return fail(errno.isdir);
  if (node.kind === 'input') return fail(errno.rofs);
  const total = sources.reduce((sum, source) => sum + source.length, 0);
  if (total === 0) return 0;
  if (offset + total > node.content.length) resizeFile(state, node, offset + total);
  let at = offset;
  for (const source of sources) {
    writeContent(node.content, at, source);
    at += source.length;
  }
  node.modifiedNs = state.clockNs;
  return total;
}

function writeStream({ state, ports }: CallContext, kind: 'stdout' | 'stderr', sources: Uint8Array[]): number {
  let total = 0;
  for (const source of sources) {
    if (source.length === 0) continue;
    if (kind === 'stdout') {
      takeStdout(state, source.length);
      ports.stdout(source);
    } else {
      ports.stderr(source);
    }
    total += source.length;
  }
  return total;
}

function read(c: CallContext, fd: number, at: number, count: number, outAt: number, offset?: bigint): void {
  const descriptor = descriptorAt(c.state, fd);
  const targets = vectors(c, at, count);
  need(descriptor, right.read);
  let done = 0;
  if (descriptor.kind === 'node') {
    const node = nodeOf(c.state, descriptor);
    const from = offset === undefined ? descriptor.offset : position(offset);
    // The result's place is checked first: nothing may be read and then lost.
    c.memory.slice(outAt, 4);
    done = readNode(c, node, from, targets);
    if (offset === undefined) descriptor.offset = from + done;
  } else if (offset !== undefined) fail(errno.spipe);
  else if (descriptor.kind !== 'stdin') fail(errno.badf);
  c.memory.setU32(outAt, done);
}

function write(c: CallContext, fd: number, at: number, count: number, outAt: number, offset?: bigint): void {
  const descriptor = descriptorAt(c.state, fd);
  const sources = vectors(c, at, count);
  need(descriptor, right.write);
  c.memory.slice(outAt, 4);
  let done = 0;
  if (descriptor.kind === 'node') {
    const node = nodeOf(c.state, descriptor);
    const append = (descriptor.flags & descriptorFlag.append) !== 0 && node.kind === 'file';
    const from = offset !== undefined ? position(offset) : append ? node.content.length : descriptor.offset;
    done = writeNode(c, node, from, sources);
    if (offset === undefined) descriptor.offset = from + done;
  } else if (offset !== undefined) fail(errno.spipe);
  else if (descriptor.kind === 'stdin') fail(errno.badf);
  else done = writeStream(c, descriptor.kind, sources);
  c.memory.setU32(outAt, done);
}

function lengthOf(node: WasiNode): number {
  return node.kind === 'file' ? node.content.length : node.kind === 'input' ? node.bytes : 0;
}

function seek(c: CallContext, fd: number, delta: bigint, from: number, outAt: number): void {
  const descriptor = descriptorAt(c.state, fd);
  if (descriptor.kind !== 'node') fail(errno.spipe);
  const node = nodeOf(c.state, descriptor);
  if (node.kind === 'directory') fail(errno.badf);
  const origin = from === whence.set ? 0 : from === whence.current ? descriptor.offset : lengthOf(node);
  if (from > whence.end || from < 0) fail(errno.inval);
  const target = BigInt(origin) + delta;
  if (target < 0n || target > BigInt(maxOffset)) fail(errno.inval);
  c.memory.setU64(outAt, target);
  descriptor.offset = Number(target);
}

/** Reading, writing and positioning. */
export const fileIoCalls = {
  fd_read: (c: CallContext, fd: number, at: number, count: number, outAt: number) => read(c, fd, at, count, outAt),
  fd_write: (c: CallContext, fd: number, at: number, count: number, outAt: number) => write(c, fd, at, count, outAt),
  fd_pread: (c: CallContext, fd: number, at: number, count: number, offset: bigint, outAt: number) =>
    read(c, fd, at, count, outAt, offset),
  fd_pwrite: (c: CallContext, fd: number, at: number, count: number, offset: bigint, outAt: number) =>
    write(c, fd, at, count, outAt, offset),
  fd_seek: seek,
  fd_tell: ({ state, memory }: CallContext, fd: number, outAt: number) => {
    const descriptor = descriptorAt(state, fd);
    if (descriptor.kind !== 'node') fail(errno.spipe);
    memory.setU64(outAt, BigInt(descriptor.offset));
  },
  fd_allocate: ({ state }: CallContext, fd: number, offset: bigint, length: bigint) => {
    const descriptor = descriptorAt(state, fd);
    if (descriptor.kind !== 'node') fail(errno.spipe);
    const node = nodeOf(state, descriptor);
    need(descriptor, right.write);
    if (node.kind !== 'file') return fail(node.kind === 'input' ? errno.rofs : errno.isdir);
    const end = position(offset) + position(length);
    if (length === 0n) fail(errno.inval);
    if (end > node.content.length) resizeFile(state, node, end);
  },
  fd_filestat_set_size: ({ state }: CallContext, fd: number, size: bigint) => {
    const descriptor = descriptorAt(state, fd);
    if (descriptor.kind !== 'node') fail(errno.inval);
    const node = nodeOf(state, descriptor);
    need(descriptor, right.write);
    if (node.kind !== 'file') return fail(node.kind === 'input' ? errno.rofs : errno.isdir);
    resizeFile(state, node, position(size));
    node.modifiedNs = state.clockNs;
  },
} satisfies CallTable;
