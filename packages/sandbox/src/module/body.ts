import { blockTypeOf, type Additions } from './additions.ts';
import { op, valueType } from './binary.ts';
import { BodyWriter, type Mode } from './body-writer.ts';
import { bodySpan, type FunctionType, type ParsedModule } from './parse.ts';
import { mark, scanFunction, type FunctionScan, type Mark } from './scan.ts';
import { Temporaries, writeSite, type Pattern } from './nan/canonical.ts';
import { findSites } from './nan/flow.ts';
import type { Site } from './nan/producer.ts';
import { Reader } from './reader.ts';
import type { Survey } from './survey.ts';
import type { Writer } from './writer.ts';

/** Something that is put in behind an instruction. */
interface Insertion {
  at: number;
  site: Site;
  pattern: Pattern;
}

function modeOf(scan: FunctionScan): Mode {
  return !scan.exceptions && scan.loops.some((loop) => !loop.calls) ? 'local' : 'global';
}

function applyMark(writer: BodyWriter, { kind, loop }: Mark, instruction: Uint8Array, scan: FunctionScan, added: Additions): void {
  switch (kind) {
    case mark.loop:
      writer.raw(instruction);
      return writer.charge(scan.loops[loop]?.cost ?? 0, { fresh: false, pausing: true });
    case mark.grow:
      return writer.call(added.grow);
    case mark.copy:
    case mark.fill:
      writer.save();
      writer.call(kind === mark.copy ? added.copy : added.fill);
      return writer.load();
    case mark.call:
      writer.save();
      // A callee that threw has not given its stack back.
      if (scan.exceptions) writer.resetStack();
      writer.raw(instruction);
      return writer.load();
    case mark.hostCall:
      writer.save();
      return writer.raw(instruction);
    case mark.leave:
      writer.save();
      writer.releaseStack();
      writer.raw(instruction);
  }
}

function localTypes(bytes: Uint8Array, { localGroups, groupsAt, codeAt }: FunctionScan): number[] {
  const reader = new Reader(bytes, groupsAt, codeAt);
  const groups = Array.from({ length: localGroups }, () => ({ count: reader.u32(), type: reader.u8() }));
  return groups.flatMap(({ count, type }) => Array.from({ length: count }, () => type));
}

const floats: ReadonlySet<number> = new Set([valueType.f32, valueType.f64, valueType.v128]);

/** Where NaNs are made canonical, in the order of the code. */
function nanInsertions(module: ParsedModule, codeEnd: number, type: FunctionType, scan: FunctionScan, disturb: boolean): Insertion[] {
  // Nearly every function of C sets a global, its stack pointer: that alone shows no float.
  const shows = scan.showsFloats || (scan.setsGlobals && module.globalTypes.some((each) => floats.has(each)));
  if (!shows && !disturb) return [];
  const { seen, made } = findSites(module, { start: scan.codeAt, end: codeEnd }, type, localTypes(module.bytes, scan));
  const list: Insertion[] = disturb ? made.map((site) => ({ at: site.at, site, pattern: 'disturbed' })) : [];
  for (const site of seen) list.push({ at: site.at, site, pattern: 'canonical' });
  // The sort is stable: where both are, the canonical one comes second.
  return list.sort((a, b) => a.at - b.at);
}

/**
 * Rewrites one of the module's own functions into `out`: fuel is charged at its entry and at each loop, a recursive one takes
 * and returns stack, and the sandbox's functions stand for some instructions.
 */
export function rewriteBody(out: Writer, module: ParsedModule, index: number, survey: Survey, added: Additions, disturb: boolean): void {
  const { bytes } = module;
  const body = bodySpan(module, index);
  const type = module.types[module.functions[index] as number] as FunctionType;
  const scan = scanFunction(bytes, body, survey);
  const metered = (survey.unmetered[index] as number) < 0;
  // One that catches must know what the stack was: who threw has not given back.
  const recursive = survey.recursive[index] === 1 || scan.exceptions;
  const mode = modeOf(scan);
  const values = type.params.length + scan.locals;
  const writer = new BodyWriter(out, added, { mode, recursive, values });

  const insertions = nanInsertions(module, body.end, type, scan, disturb);
  const own = (metered ? 1 : 0) + (recursive ? 1 : 0);
  const temporaries = new Temporaries(values + own, insertions.map(({ site }) => site));

  out.u32(scan.localGroups + own + temporaries.groups).raw(bytes.subarray(scan.groupsAt, scan.codeAt));
  if (metered) out.u8(1, valueType.i64);
  if (recursive) out.u8(1, valueType.i32);
  temporaries.declare(out);
  if (metered) writer.charge(scan.cost, { fresh: true, pausing: recursive });
  writer.takeStack();
  // A jump to the function's end goes to this block's end, behind which the counters are brought up to date.
  const wrapped = mode === 'local' || recursive;
  if (wrapped) out.u8(op.block).raw(blockTypeOf(added, type).finish());
  let copied = scan.codeAt;
  let inserted = 0;
  const insertUntil = (end: number): void => {
    for (let next = insertions[inserted]; next !== undefined && next.at <= end; next = insertions[++inserted]) {
      out.raw(bytes.subarray(copied, next.at));
      writeSite(out, next.site, temporaries, next.pattern);
      copied = next.at;
    }
  };
  for (const each of scan.marks) {
    insertUntil(each.at);
    out.raw(bytes.subarray(copied, each.at));
    applyMark(writer, each, bytes.subarray(each.at, each.end), scan, added);
    copied = each.end;
  }
  insertUntil(body.end - 1);
  out.raw(bytes.subarray(copied, body.end));
  if (wrapped) {
    writer.save();
    writer.releaseStack();
    out.u8(op.end);
  }
}
