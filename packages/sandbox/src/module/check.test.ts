import { expect, test } from 'vitest';
import { signatures } from './signatures.ts';
import { wasiCallNames } from '../wasi/host.ts';
import { functionForm, kind, op, section, valueType } from './binary.ts';
import { checkModule } from './check.ts';
import { InvalidModule } from './invalid.ts';
import { parseModule } from './parse.ts';
import { Writer } from './writer.ts';

interface Shape {
  imports?: { module: string; name: string; params?: number[]; results?: number[] }[];
  memory?: number[];
  exports?: { name: string; kind: number; index: number }[];
  tables?: number[];
  body?: number[];
}

/** A small command, with what a case changes about it. */
function moduleOf({ imports = [], memory = [0, 1], exports, tables, body = [] }: Shape): Uint8Array {
  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const add = (id: number, content: Writer): void => void out.u8(id).sized(content);
  const types = new Writer().u32(1 + imports.length).u8(functionForm, 0, 0);
  for (const { params = [], results = [] } of imports) types.u8(functionForm).u32(params.length).u8(...params).u32(results.length).u8(...results);
  add(section.type, types);
  if (imports.length > 0) {
    const list = new Writer().u32(imports.length);
    for (const [i, { module, name }] of imports.entries()) list.name(module).name(name).u8(kind.function).u32(i + 1);
    add(section.import, list);
  }
  add(section.function, new Writer().u8(1, 0));
  if (tables !== undefined) add(section.table, new Writer().u8(1, valueType.funcref, ...tables));
  if (memory.length > 0) add(section.memory, new Writer().u8(1, ...memory));
  const usual = [
    { name: 'memory', kind: kind.memory, index: 0 },
    { name: '_start', kind: kind.function, index: imports.length },
  ];
  const list = new Writer().u32((exports ?? usual).length);
  for (const entry of exports ?? usual) list.name(entry.name).u8(entry.kind).u32(entry.index);
  add(section.export, list);
  add(section.code, new Writer().u8(1).sized(new Writer().u8(0, ...body, op.end)));
  return new Uint8Array(out.finish());
}

const check = (bytes: Uint8Array) => (): void => checkModule(parseModule(bytes));
const { i32, i64 } = valueType;
const wasi = 'wasi_snapshot_preview1';

test('takes a plain command and every call of WASI preview 1', () => {
  expect(check(moduleOf({}))).not.toThrow();
  const letters = { i: i32, I: i64 } as const;
  const imports = Object.entries(signatures).map(([name, params]) => ({
    module: wasi,
    name,
    params: [...params].map((letter) => letters[letter as 'i' | 'I']),
    results: name === 'proc_exit' ? [] : [i32],
  }));
  expect(check(moduleOf({ imports }))).not.toThrow();
  expect(new Set(Object.keys(signatures))).toEqual(wasiCallNames);
});

const usualMemory = { name: 'memory', kind: kind.memory, index: 0 };

test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(0), /not a WebAssembly module/],
  ['a component', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), /component.*wasm32-wasip1/],
  ['a cut file', moduleOf({}).subarray(0, 20), /ends in the middle/],
  ['a function of somebody else', moduleOf({ imports: [{ module: 'env', name: 'abort' }] }), /env\.abort.*AssemblyScript/],
  ['an unknown call', moduleOf({ imports: [{ module: wasi, name: 'sock_open' }] }), /sock_open/],
  ['a call with other parameters', moduleOf({ imports: [{ module: wasi, name: 'fd_seek', params: [i32, i32, i32, i32], results: [i32] }] }), /fd_seek.*iIii/],
  ['no _start', moduleOf({ exports: [usualMemory] }), /_start.*command/],
  ['no memory', moduleOf({ memory: [], exports: [{ name: '_start', kind: kind.function, index: 0 }] }), /memory/],
  ['shared memory', moduleOf({ memory: [3, 1, 2] }), /threads/],
  ['64-bit memory', moduleOf({ memory: [4, 1] }), /wasm32/],
  ['a huge table', moduleOf({ tables: [0, 0x81, 0xad, 0xe2, 0x04] }), /elements, more than/],
  ['a name of ours', moduleOf({ exports: [usualMemory, { name: 'shoal:fuel', kind: kind.memory, index: 0 }] }), /shoal:fuel/],
])('refuses %s with a clear text', (_name, bytes, text) => {
  expect(check(bytes)).toThrow(InvalidModule);
  expect(check(bytes)).toThrow(text);
});

test.each<[string, number[], RegExp]>([
  ['atomic instructions', [op.prefixThreads, 3, 0], /threads/],
  ['relaxed SIMD', [op.prefixVector, 0x80, 0x02], /relaxed SIMD/],
  ['garbage collected objects', [op.prefixGc, 0, 0], /garbage collection/],
])('refuses %s when it rewrites', async (_name, body, text) => {
  const { rewriteModule } = await import('./rewrite.ts');
  const parsed = parseModule(moduleOf({ body }));
  expect(() => rewriteModule(parsed, 10)).toThrow(text);
});
