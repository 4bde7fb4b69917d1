import { addedExport, bulkBody, growBody, planAdditions, type Additions } from './additions.ts';
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

function codeSection(module: ParsedModule, added: Additions): Writer {
  const span = module.sections.get(section.code);
  const survey = surveyModule(module);
  const count = module.functions.length;
  const out = new Writer((span === undefined ? 0 : span.end - span.start) * 1.3 + 4096).u32(count + 3);
  const body = new Writer(65_536);
  for (let i = 0; i < count; i++) {
    rewriteBody(body.clear(), module, i, survey, added);
    out.sized(body);
  }
  return out.sized(growBody(added)).sized(bulkBody(added, misc.memoryCopy)).sized(bulkBody(added, misc.memoryFill));
}

/** Types in the order of their indexes: (i32) -> i32, (i32, i32, i32) -> (), then () -> results as needed. */
function typeEntries(added: Additions): Writer[] {
  const { i32 } = valueType;
  const entries = [new Writer().u8(functionForm, 1, i32, 1, i32), new Writer().u8(functionForm, 3, i32, i32, i32, 0)];
  for (const results of added.blockTypes.keys()) {
    const list = results.split(' ').map(Number);
    entries.push(new Writer().u8(functionForm, 0).u32(list.length).u8(...list));
  }
  return entries;
}

function exportEntries(module: ParsedModule, added: Additions): Writer[] {
  const entry = (name: string, of: number, index: number): Writer => new Writer().name(name).u8(of).u32(index);
  const entries = [entry(addedExport.refused, kind.global, added.refused), entry(addedExport.fuel, kind.global, added.fuel), entry(addedExport.stack, kind.global, added.stack)];
  // A start function would run before the host can give the program its limits: the host calls it.
  if (module.start !== undefined) entries.push(entry(addedExport.start, kind.function, module.start));
  return entries;
}

function functionEntries({ growType, bulkType }: Additions): Writer[] {
  return [growType, bulkType, bulkType].map((type) => new Writer().u32(type));
}

/** In the order of their indexes: memory refused, fuel, stack. The host sets the latter before the first instruction. */
function globalEntries(): Writer[] {
  return [
    new Writer().u8(valueType.i32, 1, op.i32Const, 0, op.end),
    new Writer().u8(valueType.i64, 1, op.i64Const, 0, op.end),
    new Writer().u8(valueType.i32, 1, op.i32Const, 0, op.end),
  ];
}

/** The module as the sandbox runs it: memory clamped to `maxPages`, refusals counted, fuel metered, recursion bounded. */
export function rewriteModule(module: ParsedModule, maxPages: number): Uint8Array<ArrayBuffer> {
  const added = planAdditions(module);
  // First the code: it says which types it needs.
  const code = codeSection(module, added);
  const replaced = new Map<number, Writer | undefined>([
    [section.type, extended(module, section.type, typeEntries(added))],
    [section.function, extended(module, section.function, functionEntries(added))],
    [section.memory, memorySection(module, maxPages)],
    [section.global, extended(module, section.global, globalEntries())],
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
