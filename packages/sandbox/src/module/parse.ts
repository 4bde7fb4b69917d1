import { maxModuleFunctions, maxModuleGlobals, maxModuleTables } from '../limits.ts';
import { functionForm, kind, op, section, sectionOrder } from './binary.ts';
import { skipOperands } from './instructions.ts';
import { invalid, type InvalidCode } from './invalid.ts';
import { Reader } from './reader.ts';

export interface Limits {
  minimum: number;
  maximum: number | undefined;
  shared: boolean;
  wide: boolean;
}

export interface FunctionType {
  params: number[];
  results: number[];
}

export interface Import {
  module: string;
  name: string;
  kind: number;
  /** Type index of a function. */
  type: number;
}

export interface Export {
  name: string;
  kind: number;
  index: number;
}

/** A stretch of the module's bytes. */
export interface Span {
  start: number;
  end: number;
}

/** What the sandbox needs to know of a module. Spans point into the bytes it was parsed from. */
export interface ParsedModule {
  bytes: Uint8Array;
  /** By section number; custom sections are left out. */
  sections: Map<number, Span>;
  types: FunctionType[];
  imports: Import[];
  /** Type index of each function of its own. */
  functions: number[];
  tables: Limits[];
  memories: Limits[];
  globals: number;
  /** Value types of the globals. */
  globalTypes: number[];
  /** Type index of each exception tag. */
  tags: number[];
  exports: Export[];
  start: number | undefined;
  /** Start and end of each function's body, one after the other. */
  bodies: Uint32Array;
}

/** Where the body of one of the module's own functions lies. */
export const bodySpan = ({ bodies }: ParsedModule, index: number): Span => ({
  start: bodies[index * 2] as number,
  end: bodies[index * 2 + 1] as number,
});

function readLimits(reader: Reader): Limits {
  const flags = reader.u8();
  if (flags > 7) invalid(`a memory or table has limits of an unknown form (${flags})`);
  const wide = (flags & 4) !== 0;
  if (wide) invalid('it uses 64-bit memory: build for wasm32');
  const minimum = reader.u32();
  const maximum = (flags & 1) === 0 ? undefined : reader.u32();
  return { minimum, maximum, shared: (flags & 2) !== 0, wide };
}

function readValueType(reader: Reader): number {
  const type = reader.u8();
  if (type === 0x63 || type === 0x64) invalid('it uses typed references, which this sandbox does not take');
  return type;
}

function readTypes(reader: Reader): FunctionType[] {
  const count = bounded(reader.u32(), maxModuleFunctions, 'types');
  return Array.from({ length: count }, () => {
    if (reader.u8() !== functionForm) invalid('it defines types other than functions (garbage collection proposal)');
    const list = (): number[] => Array.from({ length: bounded(reader.u32(), 1000, 'values in a type') }, () => readValueType(reader));
    return { params: list(), results: list() };
  });
}

function bounded(count: number, limit: number, what: string, code: InvalidCode = 'module-too-large'): number {
  if (count > limit) invalid(`it has ${count} ${what}, more than ${limit}`, code);
  return count;
}

function readImports(reader: Reader): Import[] {
  return Array.from({ length: bounded(reader.u32(), maxModuleFunctions, 'imports') }, () => {
    const entry: Import = { module: reader.name(), name: reader.name(), kind: reader.u8(), type: 0 };
    if (entry.kind === kind.function) entry.type = reader.u32();
    else if (entry.kind === kind.memory) {
      invalid(`it imports its memory (${entry.module}.${entry.name}): a WASI command exports its own`);
    } else invalid(`it imports ${entry.module}.${entry.name}, which is no function`);
    return entry;
  });
}

/** Passes over a constant expression, up to and with its end. */
function skipExpression(reader: Reader): void {
  for (;;) {
    const code = reader.u8();
    skipOperands(reader, code);
    if (code === op.end) return;
  }
}

function readTables(reader: Reader): Limits[] {
  return Array.from({ length: bounded(reader.u32(), maxModuleTables, 'tables', 'tables-exceeded') }, () => {
    const type = reader.u8();
    const explicit = type === 0x40;
    if (explicit) {
      reader.u8();
      readValueType(reader);
    }
    const limits = readLimits(reader);
    if (explicit) skipExpression(reader);
    return limits;
  });
}

function readGlobals(reader: Reader): number[] {
  return Array.from({ length: bounded(reader.u32(), maxModuleGlobals, 'globals', 'globals-exceeded') }, () => {
    const type = readValueType(reader);
    reader.u8();
    skipExpression(reader);
    return type;
  });
}

function readTags(reader: Reader): number[] {
  return Array.from({ length: bounded(reader.u32(), maxModuleFunctions, 'tags') }, () => {
    reader.u8();
    return reader.u32();
  });
}

function readExports(reader: Reader): Export[] {
  return Array.from({ length: bounded(reader.u32(), maxModuleFunctions, 'exports') }, () => ({
    name: reader.name(),
    kind: reader.u8(),
    index: reader.u32(),
  }));
}

function readBodies(reader: Reader): Uint32Array {
  const count = bounded(reader.u32(), maxModuleFunctions, 'functions');
  const bodies = new Uint32Array(count * 2);
  for (let i = 0; i < count; i++) {
    const size = reader.u32();
    bodies[i * 2] = reader.at;
    reader.skip(size);
    bodies[i * 2 + 1] = reader.at;
  }
  return bodies;
}

function findSections(bytes: Uint8Array): Map<number, Span> {
  const reader = new Reader(bytes);
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.length < 8 || magic.some((byte, i) => bytes[i] !== byte)) invalid('it is not a WebAssembly module');
  if (bytes[4] !== 1 || bytes[5] !== 0 || bytes[6] !== 0) {
    invalid(bytes[6] === 1 ? 'it is a component, not a core module: build for wasm32-wasip1' : 'its WebAssembly version is unknown');
  }
  reader.at = 8;
  const sections = new Map<number, Span>();
  let order = -1;
  while (reader.at < reader.end) {
    const id = reader.u8();
    const size = reader.u32();
    const start = reader.at;
    reader.skip(size);
    if (id === section.custom) continue;
    const place = sectionOrder.indexOf(id);
    if (place < 0) invalid(`it has a section of unknown number ${id}`);
    if (place <= order) invalid(`its section ${id} is out of order`);
    order = place;
    sections.set(id, { start, end: reader.at });
  }
  return sections;
}

/** Reads a module's outline. Throws InvalidModule for what is malformed or beyond this sandbox. */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = findSections(bytes);
  const read = <T>(id: number, parse: (reader: Reader) => T, absent: T): T => {
    const span = sections.get(id);
    return span === undefined ? absent : parse(new Reader(bytes, span.start, span.end));
  };
  const globalTypes = read(section.global, readGlobals, []);
  return {
    bytes,
    sections,
    types: read(section.type, readTypes, []),
    imports: read(section.import, readImports, []),
    functions: read(
      section.function,
      (reader) => Array.from({ length: bounded(reader.u32(), maxModuleFunctions, 'functions') }, () => reader.u32()),
      [],
    ),
    tables: read(section.table, readTables, []),
    memories: read(section.memory, (reader) => Array.from({ length: bounded(reader.u32(), 1, 'memories') }, () => readLimits(reader)), []),
    globals: globalTypes.length,
    globalTypes,
    tags: read(section.tag, readTags, []),
    exports: read(section.export, readExports, []),
    start: read<number | undefined>(section.start, (reader) => reader.u32(), undefined),
    bodies: read(section.code, readBodies, new Uint32Array(0)),
  };
}
