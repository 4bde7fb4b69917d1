import { misc, op } from './binary.ts';
import { invalid } from './invalid.ts';
import type { Reader } from './reader.ts';

/** Passes over the type of a block; returns whether it is a plain number type or empty. */
function skipBlockType(reader: Reader): void {
  reader.skipLeb();
}

function skipMemoryArgument(reader: Reader): void {
  reader.u32();
  reader.skipLeb();
}

function skipMisc(reader: Reader): void {
  const sub = reader.u32();
  if (sub <= misc.lastTruncation) return;
  if (sub > misc.last) invalid(`it uses instruction 0xfc ${sub}, which this sandbox does not know`);
  reader.u32();
  // memory.init, memory.copy, table.init, table.copy have two operands.
  if (sub === misc.memoryInit || sub === misc.memoryCopy || sub === misc.tableInit || sub === 14) reader.u32();
}

function skipVector(reader: Reader): void {
  const sub = reader.u32();
  if (sub >= 0x100) invalid('it uses relaxed SIMD, whose results differ from machine to machine: build without -mrelaxed-simd');
  if (sub <= 11 || sub === 92 || sub === 93) skipMemoryArgument(reader);
  else if (sub === 12 || sub === 13) reader.skip(16);
  else if (sub >= 21 && sub <= 34) reader.skip(1);
  else if (sub >= 84 && sub <= 91) {
    skipMemoryArgument(reader);
    reader.skip(1);
  }
}

function skipTryTable(reader: Reader): void {
  skipBlockType(reader);
  for (let n = reader.u32(); n > 0; n--) {
    const clause = reader.u8();
    if (clause < 2) reader.u32();
    reader.u32();
  }
}

function skipPrefixed(reader: Reader, code: number): void {
  if (code === op.prefixMisc) return skipMisc(reader);
  if (code === op.prefixVector) return skipVector(reader);
  if (code === op.prefixThreads) invalid('it uses threads (atomic instructions): build without -pthread');
  if (code === op.prefixGc) invalid('it uses the garbage collection proposal, which this sandbox does not take');
  invalid(`it uses instruction 0x${code.toString(16)}, which this sandbox does not know`);
}

/** Passes over the operands of an instruction whose code was just read. */
export function skipOperands(reader: Reader, code: number): void {
  if (code >= op.firstMemory && code <= op.lastMemory) return skipMemoryArgument(reader);
  if (code > op.f64Const && code <= op.lastPlain) return;
  if (code >= op.localGet && code <= op.tableSet) return reader.skipLeb();
  switch (code) {
    case op.block:
    case op.loop:
    case op.if:
    case op.try:
      return skipBlockType(reader);
    case op.br:
    case op.brIf:
    case op.call:
    case op.returnCall:
    case op.catch:
    case op.throw:
    case op.rethrow:
    case op.delegate:
    case op.memorySize:
    case op.memoryGrow:
    case op.i32Const:
    case op.i64Const:
    case op.refNull:
    case op.refFunc:
      return reader.skipLeb();
    case op.callIndirect:
    case op.returnCallIndirect:
      reader.u32();
      reader.u32();
      return;
    case op.brTable:
      for (let n = reader.u32(); n >= 0; n--) reader.skipLeb();
      return;
    case op.selectTyped:
      for (let n = reader.u32(); n > 0; n--) reader.skipLeb();
      return;
    case op.f32Const:
      return reader.skip(4);
    case op.f64Const:
      return reader.skip(8);
    case op.tryTable:
      return skipTryTable(reader);
    case op.unreachable:
    case 0x01: // nop
    case op.else:
    case op.throwRef:
    case op.end:
    case op.return:
    case op.catchAll:
    case 0x1a: // drop
    case 0x1b: // select
    case op.refIsNull:
      return;
    default:
      skipPrefixed(reader, code);
  }
}
