import { hostCalls, planAdditions, type HostCall, type MovableAdditions } from '../module/additions.ts';
import { kind, op, section, sectionOrder } from '../module/binary.ts';
import { bodySpan, parseModule, type ParsedModule } from '../module/parse.ts';
import { Reader } from '../module/reader.ts';
import { Writer } from '../module/writer.ts';
import { decodeFunction } from './decode.ts';
import { saveValue, takeValue } from './frame-writer.ts';
import { globalTypes, type GlobalType } from './globals.ts';
import { instrumentFunction, type InstrumentContext } from './instrument.ts';
import { reachOf } from './reach.ts';

/** Functions that hand over and take back the program's own mutable globals. */
export const globalsExport = { save: 'shoal:save', take: 'shoal:take' } as const;

function globalsBody(added: MovableAdditions, own: readonly GlobalType[], take: boolean): Writer {
  const out = new Writer().u8(0);
  const indexes = [...own.keys()].filter((index) => own[index]?.mutable);
  for (const index of take ? indexes.toReversed() : indexes) {
    const place = { get: op.globalGet, set: op.globalSet, index };
    (take ? takeValue : saveValue)(out, added, own[index]?.type as number, place);
  }
  return out.u8(op.end);
}

/** A section with more entries. */
function extended(module: ParsedModule, id: number, added: readonly Writer[]): Writer {
  const span = module.sections.get(id);
  if (span === undefined) throw new Error(`The rewritten module has no section ${id}`);
  const reader = new Reader(module.bytes, span.start, span.end);
  const count = reader.u32();
  const out = new Writer(span.end - span.start + 64).u32(count + added.length).raw(module.bytes.subarray(reader.at, span.end));
  for (const entry of added) out.raw(entry.finish());
  return out;
}

/**
 * Makes a module, rewritten with `movable`, one that can be stopped where it asks the host for fuel, and go on from its
 * frames elsewhere. Throws NotMovable. The same module gives the same bytes everywhere.
 */
export function makeMovable(original: ParsedModule, rewritten: Uint8Array): Uint8Array<ArrayBuffer> {
  const { movable: added, fuel: fuelGlobal } = planAdditions(original, true);
  if (added === undefined) throw new Error('A plan for a movable module has no host calls');
  const module = parseModule(rewritten);
  const calls: Record<HostCall, number> = added.calls;
  const reach = reachOf(module, calls.pause, calls[hostCalls[hostCalls.length - 1] as HostCall]);
  const globals = globalTypes(module);
  const context: InstrumentContext = { module, added, fuelGlobal, globals: globals.map(({ type }) => type) };
  const count = module.functions.length;
  const imports = module.imports.length;
  const code = new Writer(module.bytes.length * 2).u32(count + 2);
  for (let i = 0; i < count; i++) {
    const { start, end } = bodySpan(module, i);
    if (reach.functions[imports + i] === 1 && imports + i < calls.pause) code.sized(instrumentFunction(context, decodeFunction(module, i, reach)));
    else code.u32(end - start).raw(module.bytes.subarray(start, end));
  }
  const own = globals.slice(0, original.globals);
  code.sized(globalsBody(added, own, false)).sized(globalsBody(added, own, true));
  const functions = [0, 1].map(() => new Writer().u32(added.types.pause));
  const exports = [globalsExport.save, globalsExport.take].map((name, i) => new Writer().name(name).u8(kind.function).u32(imports + count + i));
  const replaced = new Map<number, Writer>([
    [section.function, extended(module, section.function, functions)],
    [section.export, extended(module, section.export, exports)],
    [section.code, code],
  ]);
  const out = new Writer(code.length + module.bytes.length).raw(module.bytes.subarray(0, 8));
  for (const id of sectionOrder) {
    const span = module.sections.get(id);
    if (span === undefined) continue;
    const changed = replaced.get(id);
    if (changed === undefined) out.u8(id).u32(span.end - span.start).raw(module.bytes.subarray(span.start, span.end));
    else out.u8(id).sized(changed);
  }
  return new Uint8Array(out.finish());
}
