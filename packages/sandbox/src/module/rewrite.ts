import { addedExport, bulkBody, growBody, hostCallBody, hostCalls, hostSignatures, planAdditions, type Additions } from './additions.ts';
import { functionForm, kind, misc, op, section, sectionOrder, valueType } from './binary.ts';
import { rewriteBody } from './body.ts';
import type { ParsedModule } from './parse.ts';
import { Reader } from './reader.ts';
import { surveyModule } from './survey.ts';
import { Writer } from './writer.ts';

/** The entries of a section without their number, to which others are appended. */
function entriesOf(module: ParsedModule, id: number): { count: number; bytes: Uint8Array } {
  const span = module.sections.get(id);
  if (span === undefined) return { count: 0, bytes: new Uint8Array(0) };
  const reader = new Reader(module.bytes, span.start, span.end);
  const count = reader.u32();
  return { count, bytes: module.bytes.subarray(reader.at, span.end) };
}

function extended(module: ParsedModule, id: number, added: Writer[]): Writer {
  const { count, bytes } = entriesOf(module, id);
  const out = new Writer(bytes.length + 64).u32(count + added.length).raw(bytes);
  for (const entry of added) out.raw(entry.finish());
  return out;
}

function memorySection(module: ParsedModule, maxPages: number): Writer {
  const out = new Writer().u32(module.memories.length);
  for (const memory of module.memories) {
    out.u8(1).u32(memory.minimum).u32(Math.min(memory.maximum ?? maxPages, maxPages));
  }
  return out;
}

function codeSection(module: ParsedModule, added: Additions, disturb: boolean): Writer {
  const span = module.sections.get(section.code);
  const survey = surveyModule(module);
  const count = module.functions.length;
  const out = new Writer((span === undefined ? 0 : span.end - span.start) * 1.3 + 4096).u32(count + functionEntries(added).length);
  const body = new Writer(65_536);
  for (let i = 0; i < count; i++) {
    rewriteBody(body.clear(), module, i, survey, added, disturb);
    out.sized(body);
  }
  out.sized(growBody(added)).sized(bulkBody(added, misc.memoryCopy)).sized(bulkBody(added, misc.memoryFill));
  if (added.movable !== undefined) for (const name of hostCalls) out.sized(hostCallBody(added, added.movable, name));
  return out;
}

/** Types in the order of their indexes: (i32) -> i32, (i32, i32, i32) -> (), the host's, then () -> results as needed. */
function typeEntries(added: Additions): Writer[] {
  const { i32 } = valueType;
  const entries = [new Writer().u8(functionForm, 1, i32, 1, i32), new Writer().u8(functionForm, 3, i32, i32, i32, 0)];
  if (added.movable !== undefined) {
    for (const name of hostCalls) {
      const [params, results] = hostSignatures[name];
      entries.push(new Writer().u8(functionForm).u32(params.length).u8(...params).u32(results.length).u8(...results));
    }
  }
  for (const results of added.blockTypes.keys()) {
    const list = results.split(' ').map(Number);
    entries.push(new Writer().u8(functionForm, 0).u32(list.length).u8(...list));
  }
  return entries;
}

function exportEntries(module: ParsedModule, added: Additions): Writer[] {
  const entry = (name: string, of: number, index: number): Writer => new Writer().name(name).u8(of).u32(index);
  const entries = [entry(addedExport.refused, kind.global, added.refused), entry(addedExport.fuel, kind.global, added.fuel), entry(addedExport.stack, kind.global, added.stack)];
  if (added.movable !== undefined) entries.push(entry(addedExport.state, kind.global, added.movable.state), entry(addedExport.host, kind.table, added.movable.table));
  // A start function would run before the host can give the program its limits: the host calls it.
  if (module.start !== undefined) entries.push(entry(addedExport.start, kind.function, module.start));
  return entries;
}

function functionEntries({ growType, bulkType, movable }: Additions): Writer[] {
  const types = [growType, bulkType, bulkType, ...(movable === undefined ? [] : hostCalls.map((name) => movable.types[name]))];
  return types.map((type) => new Writer().u32(type));
}

/** In the order of their indexes: memory refused, fuel, stack, then the state. The host sets fuel and stack before the first instruction. */
function globalEntries({ movable }: Additions): Writer[] {
  const zero32 = new Writer().u8(valueType.i32, 1, op.i32Const, 0, op.end);
  const zero64 = new Writer().u8(valueType.i64, 1, op.i64Const, 0, op.end);
  return [zero32, zero64, zero32, ...(movable === undefined ? [] : [zero32])];
}

function tableEntries({ movable }: Additions): Writer[] {
  if (movable === undefined) return [];
  return [new Writer().u8(valueType.funcref, 1).u32(hostCalls.length).u32(hostCalls.length)];
}

export interface RewriteOptions {
  /** Where fuel runs out it asks the host; `makeMovable` then makes it one that can be stopped there. */
  movable?: boolean;
  /** For tests: NaNs that arithmetic makes get other bits than any processor gives them. No program may notice. */
  disturbNaNs?: boolean;
}

/** The module as the sandbox runs it: memory clamped, refusals counted, fuel metered, recursion bounded, NaNs canonical where seen. */
export function rewriteModule(module: ParsedModule, maxPages: number, { movable = false, disturbNaNs = false }: RewriteOptions = {}): Uint8Array<ArrayBuffer> {
  const added = planAdditions(module, movable);
  // First the code: it says which types it needs.
  const code = codeSection(module, added, disturbNaNs);
  const replaced = new Map<number, Writer | undefined>([
    [section.type, extended(module, section.type, typeEntries(added))],
    [section.function, extended(module, section.function, functionEntries(added))],
    [section.table, extended(module, section.table, tableEntries(added))],
    [section.memory, memorySection(module, maxPages)],
    [section.global, extended(module, section.global, globalEntries(added))],
    [section.export, extended(module, section.export, exportEntries(module, added))],
    [section.start, undefined],
    [section.code, code],
  ]);
  const out = new Writer(module.bytes.length + code.length + 65_536).raw(module.bytes.subarray(0, 8));
  for (const id of sectionOrder) {
    const span = module.sections.get(id);
    const own = replaced.get(id);
    if (own !== undefined) out.u8(id).sized(own);
    else if (span !== undefined && !replaced.has(id)) {
      out.u8(id).u32(span.end - span.start).raw(module.bytes.subarray(span.start, span.end));
    }
  }
  return new Uint8Array(out.finish());
}
