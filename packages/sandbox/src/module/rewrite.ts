import { addedExport, growBody, planAdditions, type Additions } from './additions.ts';
import { functionForm, kind, op, section, sectionOrder, valueType } from './binary.ts';
import { rewriteBody } from './body.ts';
import type { ParsedModule } from './parse.ts';
import { Reader } from './reader.ts';
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
  const out = new Writer((span === undefined ? 0 : span.end - span.start) + 4096).u32(module.bodies.length + 1);
  for (const body of module.bodies) out.sized(rewriteBody(module.bytes, body, added));
  return out.sized(growBody(added));
}

function exportEntries(module: ParsedModule, added: Additions): Writer[] {
  const entry = (name: string, of: number, index: number): Writer => new Writer().name(name).u8(of).u32(index);
  const entries = [entry(addedExport.refused, kind.global, added.refused)];
  // A start function would run before the host can give the program its limits: the host calls it.
  if (module.start !== undefined) entries.push(entry(addedExport.start, kind.function, module.start));
  return entries;
}

/** The module as the sandbox runs it: memory clamped to `maxPages`, refusals counted. */
export function rewriteModule(module: ParsedModule, maxPages: number): Uint8Array<ArrayBuffer> {
  const added = planAdditions(module);
  const replaced = new Map<number, Writer | undefined>([
    [section.type, extended(module, section.type, [new Writer().u8(functionForm, 1, valueType.i32, 1, valueType.i32)])],
    [section.function, extended(module, section.function, [new Writer().u32(added.growType)])],
    [section.memory, memorySection(module, maxPages)],
    [section.global, extended(module, section.global, [new Writer().u8(valueType.i32, 1, op.i32Const, 0, op.end)])],
    [section.export, extended(module, section.export, exportEntries(module, added))],
    [section.start, undefined],
    [section.code, codeSection(module, added)],
  ]);
  const out = new Writer(module.bytes.length + 65_536).raw(module.bytes.subarray(0, 8));
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
