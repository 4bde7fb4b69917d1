import { kind, misc, op } from '../module/binary.ts';
import { skipOperands } from '../module/instructions.ts';
import { bodySpan, type FunctionType, type ParsedModule } from '../module/parse.ts';
import { Reader } from '../module/reader.ts';
import { NotMovable } from './not-movable.ts';

/** Which calls may stop the program: functions by index (imports first), indirect calls by type. */
export interface Reach {
  functions: Uint8Array;
  types: Uint8Array;
}

const changesTables: ReadonlySet<number> = new Set([misc.tableInit, 13, 14, 15, 17]);

export const typeIndexOf = (module: ParsedModule, index: number): number =>
  index < module.imports.length ? (module.imports[index]?.type ?? 0) : (module.functions[index - module.imports.length] ?? 0);

/** Equal types have equal numbers, however often a module defines one. */
function canonical(types: FunctionType[]): number[] {
  const known = new Map<string, number>();
  return types.map(({ params, results }, i) => {
    const key = `${params.join(' ')}>${results.join(' ')}`;
    if (!known.has(key)) known.set(key, i);
    return known.get(key) as number;
  });
}

/** Calls `edge` with each callee of a function, or with `-1 - type` for an indirect call. */
function scanCalls(module: ParsedModule, index: number, edge: (callee: number) => void): void {
  const { start, end } = bodySpan(module, index);
  const reader = new Reader(module.bytes, start, end);
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.skipLeb();
  }
  while (reader.at < end) {
    const at = reader.at;
    const code = reader.u8();
    if (code === op.call || code === op.returnCall) {
      edge(reader.u32());
      continue;
    }
    if (code === op.callIndirect || code === op.returnCallIndirect) {
      edge(-1 - reader.u32());
      reader.u32();
      continue;
    }
    if (code === op.tableSet) throw new NotMovable('tables-change');
    if (code === op.prefixMisc) {
      const sub = reader.u32();
      if (changesTables.has(sub)) throw new NotMovable('tables-change');
      if (sub === misc.dataDrop) throw new NotMovable('data-dropped');
      reader.at = at + 1;
    }
    skipOperands(reader, code);
  }
}

/** Finds what may be on the stack when `pause` is called. `pause` itself is an entry. Throws NotMovable. */
export function reachOf(module: ParsedModule, pause: number, last: number): Reach {
  if (module.exports.some((entry) => entry.kind === kind.function && entry.name.startsWith('asyncify_'))) throw new NotMovable('asyncified');
  const imports = module.imports.length;
  const same = canonical(module.types);
  const functions = new Uint8Array(imports + module.functions.length);
  const types = new Uint8Array(module.types.length);
  const callers: number[] = [];
  const callees: number[] = [];
  // What the sandbox added calls nothing that is to be stopped but `pause`.
  for (let i = 0; i < pause - imports; i++) {
    scanCalls(module, i, (callee) => {
      if (callee >= 0 && (callee < imports || (callee > pause && callee <= last))) return;
      callers.push(i + imports);
      callees.push(callee < 0 ? -1 - (same[-1 - callee] as number) : callee);
    });
  }
  functions[pause] = 1;
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, caller] of callers.entries()) {
      const callee = callees[i] as number;
      if (functions[caller] === 1 || (callee < 0 ? types[-1 - callee] : functions[callee]) !== 1) continue;
      functions[caller] = 1;
      types[same[typeIndexOf(module, caller)] as number] = 1;
      changed = true;
    }
  }
  for (const [type, first] of same.entries()) types[type] = types[first] as number;
  return { functions, types };
}
