import { maxModuleBytes, maxModuleFunctions, maxModuleGlobals, maxModuleTables, maxTableElements } from '../limits.ts';
import { functionForm, kind, op, section, valueType } from '../module/binary.ts';
import { Writer } from '../module/writer.ts';

type Sections = [id: number, content: Writer][];

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const types = new Writer().u8(1, functionForm, 0, 0);
const memory = new Writer().u8(1, 0, 1);
const exported = new Writer().u8(2).name('memory').u8(kind.memory, 0).name('_start').u8(kind.function, 0);
const emptyBody = new Writer().u8(0, op.end);

/** A command that does nothing, with more of one thing in its place among the sections. */
function command(more: Sections, bodies: Writer[] = [emptyBody]): Uint8Array {
  const functions = new Writer().u32(bodies.length);
  for (let i = 0; i < bodies.length; i++) functions.u8(0);
  const code = new Writer().u32(bodies.length);
  for (const body of bodies) code.sized(body);
  const usual: Sections = [[section.type, types], [section.function, functions], [section.memory, memory], [section.export, exported], [section.code, code]];
  const replaced = new Set(more.map(([id]) => id));
  const out = new Writer().u8(...header);
  for (const [id, content] of [...usual.filter(([id]) => !replaced.has(id)), ...more].sort(([a], [b]) => a - b)) out.u8(id).sized(content);
  return new Uint8Array(out.finish());
}

function many(count: number, ...one: number[]): Writer {
  const list = new Writer().u32(count);
  for (let i = 0; i < count; i++) list.u8(...one);
  return list;
}

/** V8 takes no function of more than 7,654,321 bytes. */
const longBody = (): Writer => {
  const body = new Writer().u8(0);
  for (let i = 0; i < 1_500_000; i++) body.u8(op.i32Const, 0, 0x1a);
  return body.u8(op.end);
};

/** Programs that go beyond a ceiling of the sandbox's own, each by one; the last one takes long to prepare. */
export const outsize = {
  tables: (count = maxModuleTables + 1) => command([[section.table, many(count, valueType.funcref, 0, 0)]]),
  elements: (count = maxTableElements + 1) => command([[section.table, new Writer().u8(1, valueType.funcref, 0).u32(count)]]),
  globals: (count = maxModuleGlobals + 1) => command([[section.global, many(count, valueType.i32, 0, op.i32Const, 0, op.end)]]),
  functions: () => command([[section.function, many(maxModuleFunctions + 1, 0)]]),
  bytes: () => new Uint8Array(maxModuleBytes + 1),
  slow: () => command([], [emptyBody, longBody(), longBody(), longBody()]),
};
