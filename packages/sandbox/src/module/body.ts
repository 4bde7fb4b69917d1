import { blockTypeOf, type Additions } from './additions.ts';
import { emptyBlock, op, valueType } from './binary.ts';
import { maxCharge } from './costs.ts';
import type { FunctionType, Span } from './parse.ts';
import { mark, scanFunction, type Callees, type FunctionScan, type Mark } from './scan.ts';
import { Writer } from './writer.ts';

/**
 * Where a function keeps its fuel. `global`: each charge goes to the module's counter. `local`: in a local, written
 * back before whatever leaves the function or looks at the counter; worth it where a loop calls nothing.
 */
type Mode = 'global' | 'local';

function modeOf(scan: FunctionScan): Mode {
  return !scan.exceptions && scan.loops.some((loop) => !loop.calls) ? 'local' : 'global';
}

/** Writes one function anew. */
class BodyWriter {
  readonly #out: Writer;
  readonly #added: Additions;
  readonly #mode: Mode;
  readonly #local: number;

  constructor(out: Writer, added: Additions, mode: Mode, local: number) {
    this.#out = out;
    this.#added = added;
    this.#mode = mode;
    this.#local = local;
  }

  /** Brings the module's counter up to date. */
  save(): void {
    if (this.#mode === 'local') this.#out.u8(op.localGet).u32(this.#local).u8(op.globalSet).u32(this.#added.fuel);
  }

  /** Takes over what a callee left. */
  load(): void {
    if (this.#mode === 'local') this.#out.u8(op.globalGet).u32(this.#added.fuel).u8(op.localSet).u32(this.#local);
  }

  /** Takes `cost` off, and ends the program when there is not that much. */
  charge(cost: number, fresh: boolean): void {
    const out = this.#out;
    const { fuel } = this.#added;
    if (fresh || this.#mode === 'global') out.u8(op.globalGet).u32(fuel);
    else out.u8(op.localGet).u32(this.#local);
    out.u8(op.i64Const).sleb(Math.min(cost, maxCharge)).u8(op.i64Sub, op.localTee).u32(this.#local);
    if (this.#mode === 'global') out.u8(op.globalSet).u32(fuel).u8(op.localGet).u32(this.#local);
    out.u8(op.i64Const, 0, op.i64LtS, op.if, emptyBlock);
    this.save();
    out.u8(op.unreachable, op.end);
  }

  call(index: number): void {
    this.#out.u8(op.call).u32(index);
  }
}

function applyMark(writer: BodyWriter, out: Writer, { kind, loop }: Mark, instruction: Uint8Array, scan: FunctionScan, added: Additions): void {
  switch (kind) {
    case mark.loop:
      out.raw(instruction);
      return writer.charge(scan.loops[loop]?.cost ?? 0, false);
    case mark.grow:
      return writer.call(added.grow);
    case mark.copy:
    case mark.fill:
      writer.save();
      writer.call(kind === mark.copy ? added.copy : added.fill);
      return writer.load();
    case mark.call:
      writer.save();
      out.raw(instruction);
      return writer.load();
    case mark.hostCall:
    case mark.leave:
      writer.save();
      out.raw(instruction);
  }
}

/** Rewrites one function: fuel is charged at its entry and at each loop; the sandbox's functions stand for some instructions. */
export function rewriteBody(bytes: Uint8Array, body: Span, type: FunctionType, index: number, callees: Callees, added: Additions): Writer {
  const scan = scanFunction(bytes, body, callees);
  const metered = (callees.unmetered[index] as number) < 0;
  const mode = modeOf(scan);
  const local = type.params.length + scan.locals;
  const out = new Writer((body.end - body.start) * 2 + 64);
  const writer = new BodyWriter(out, added, mode, local);

  out.u32(scan.localGroups + (metered ? 1 : 0)).raw(bytes.subarray(scan.groupsAt, scan.codeAt));
  if (metered) out.u8(1, valueType.i64);
  if (metered) writer.charge(scan.cost, true);
  // A jump to the function's end goes to this block's end, behind which the counter is brought up to date.
  if (mode === 'local') out.u8(op.block).raw(blockTypeOf(added, type).finish());
  let copied = scan.codeAt;
  for (const each of scan.marks) {
    out.raw(bytes.subarray(copied, each.at));
    applyMark(writer, out, each, bytes.subarray(each.at, each.end), scan, added);
    copied = each.end;
  }
  out.raw(bytes.subarray(copied, body.end));
  if (mode === 'local') {
    writer.save();
    out.u8(op.end);
  }
  return out;
}
