import { expect, test } from 'vitest';
import { wasm, type WasmMemory } from '../../child/webassembly.ts';
import { emptyBlock, functionForm, kind, op, section, valueType } from '../binary.ts';
import { parseModule } from '../parse.ts';
import { rewriteModule } from '../rewrite.ts';
import { Writer } from '../writer.ts';

/** Functions that it may call: 1 gives the vector that it is given, 2 one that it divides. Runs code that has one local of each of `locals`; gives the first 16 bytes of memory, as hexadecimal. */
function shows(code: number[], locals: number[] = []): string {
  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const add = (id: number, content: Writer): void => void out.u8(id).sized(content);
  add(section.type, new Writer().u8(3, functionForm, 0, 0, functionForm, 1, valueType.v128, 1, valueType.v128, functionForm, 0, 1, valueType.v128));
  add(section.function, new Writer().u8(3, 0, 1, 2));
  add(section.memory, new Writer().u8(1, 0, 1));
  add(section.global, new Writer().u8(1, valueType.f64, 1, ...zero, op.end));
  add(section.export, new Writer().u8(2).name('memory').u8(kind.memory, 0).name('run').u8(kind.function, 0));
  const body = new Writer().u32(locals.length);
  for (const type of locals) body.u8(1, type);
  const identity = new Writer().u8(0, op.localGet, 0, op.end);
  const giver = new Writer().u8(0, ...divided, op.end);
  add(section.code, new Writer().u8(3).sized(body.u8(...code, op.end)).sized(identity).sized(giver));
  add(section.data, new Writer().u8(1, 0, op.i32Const, 32, op.end, 8, ...payload));
  const { exports } = new wasm.Instance(new wasm.Module(rewriteModule(parseModule(new Uint8Array(out.finish())), 1)), {});
  const fuel = exports['shoal:fuel'] as { value: bigint };
  fuel.value = 1000n;
  (exports['run'] as () => void)();
  return Buffer.from((exports['memory'] as WasmMemory).buffer, 0, 16).toString('hex');
}

/** A NaN with bits of somebody's own. */
const payload = [1, 2, 3, 4, 5, 6, 0xf7, 0xff];
const payloadHex = '010203040506f7ff';
const canonical = '000000000000f87f';
const nothing = '0000000000000000';

const zero = [op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0];
const one = [op.f64Const, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
const at0 = [op.i32Const, 0];
const load = [op.i32Const, 32, 0x2b, 3, 0];
const store = [0x39, 3, 0];
/** 0 / 0 */
const made = [...zero, ...zero, 0xa3];

const vector = (...bytes: number[]): number[] => [op.prefixVector, 12, ...bytes];
const wide = (code: number): number[] => [op.prefixVector, ...new Writer().u32(code).finish()];
const storeVector = [...wide(11), 4, 0];
const zeros = vector(...Array.from({ length: 16 }, () => 0));
const ones = vector(...Array.from({ length: 16 }, () => 0xff));
/** 0 / 0 in four lanes. */
const divided = [...zeros, ...zeros, ...wide(231)];

test.each([
  ['a store', [...at0, ...made, ...store], canonical],
  ['a store of its opposite', [...at0, ...made, 0x9a, ...store], canonical],
  ['a reinterpretation', [...at0, ...made, 0xbd, 0x37, 3, 0], canonical],
  ['the sign that copysign takes', [...at0, ...one, ...made, 0xa6, ...store], '000000000000f03f'],
  ['a global', [...made, op.globalSet, 0, ...at0, op.globalGet, 0, ...store], canonical],
  ['a block', [...at0, op.block, valueType.f64, ...made, op.br, 0, op.end, ...store], canonical],
  ['a select', [...at0, ...made, ...one, op.i32Const, 1, 0x1b, ...store], canonical],
])('a NaN that arithmetic made is canonical through %s', (_what, code, expected) => {
  expect(shows(code)).toBe(expected + nothing);
});

test('a NaN that is only copied keeps its bits', () => {
  expect(shows([...at0, ...load, ...store])).toBe(payloadHex + nothing);
  expect(shows([...load, op.localSet, 0, ...at0, op.localGet, 0, 0x9a, ...store], [valueType.f64])).toBe(`${payloadHex.slice(0, 14)}7f${nothing}`);
});

test('a NaN through a loop is canonical where it leaves it', () => {
  const loop = [...one, op.localSet, 0, op.loop, emptyBlock, ...made, op.localGet, 0, 0xa0, op.localSet, 0, op.end];
  expect(shows([...loop, ...at0, op.localGet, 0, ...store], [valueType.f64])).toBe(canonical + nothing);
});

test('lanes are canonical, each width its own way', () => {
  expect(shows([...at0, ...zeros, ...zeros, ...wide(231), ...storeVector])).toBe('0000c07f'.repeat(4));
  expect(shows([...at0, ...zeros, ...zeros, ...wide(243), ...storeVector])).toBe(canonical.repeat(2));
});

test.each([
  ['a block', [op.block, valueType.v128, ...divided, op.end]],
  ['a jump', [op.block, valueType.v128, ...divided, op.br, 0, op.end]],
  ['a jump that is taken or not', [op.block, valueType.v128, ...divided, op.i32Const, 1, op.brIf, 0, op.end]],
  ['a jump by a table', [op.block, valueType.v128, ...divided, op.i32Const, 0, op.brTable, 0, 0, op.end]],
  ['a branch', [op.i32Const, 1, op.if, valueType.v128, ...divided, op.else, ...zeros, op.end]],
  ['the other branch', [op.i32Const, 0, op.if, valueType.v128, ...zeros, op.else, ...divided, op.end]],
  ['an argument', [...divided, op.call, 1]],
  ['a result', [op.call, 2]],
  ['a select', [...divided, ...ones, op.i32Const, 1, 0x1b]],
])('lanes are canonical through %s', (_what, code) => {
  expect(shows([...at0, ...code, ...storeVector])).toBe('0000c07f'.repeat(4));
});

test('a vector of integers that look like NaNs is left alone, in a local that held floats as well', () => {
  const floats = [...divided, op.localSet, 0];
  const integers = [...ones, op.localSet, 0];
  expect(shows([...floats, ...integers, ...at0, op.localGet, 0, ...storeVector], [valueType.v128])).toBe('ff'.repeat(16));
  expect(shows([...integers, ...floats, ...at0, op.localGet, 0, ...storeVector], [valueType.v128])).toBe('0000c07f'.repeat(4));
});
