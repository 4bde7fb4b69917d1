import { op } from './binary.ts';
import { costOf, maxUnmeteredCost } from './costs.ts';
import { skipOperands } from './instructions.ts';
import type { ParsedModule, Span } from './parse.ts';
import { Reader } from './reader.ts';

/** What the rewriter must know of all functions before it rewrites one. By function index, imports first. */
export interface Survey {
  imports: number;
  /** Cost of a short straight function that is not metered itself: its callers are charged. -1 for every other. */
  unmetered: Int32Array;
  /** 1 for a function that may be entered again before it returns. */
  recursive: Uint8Array;
}

interface Outline {
  unmetered: number;
  /** Functions called directly. */
  callees: number[];
  /** Calls through a table. */
  indirect: boolean;
}

function outlineOf(bytes: Uint8Array, body: Span): Outline {
  const reader = new Reader(bytes, body.start, body.end);
  const callees: number[] = [];
  let indirect = false;
  let straight = true;
  let cost = 1;
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.skipLeb();
  }
  while (reader.at < body.end) {
    const code = reader.u8();
    cost += costOf(code);
    if (code === op.call || code === op.returnCall) {
      callees.push(reader.u32());
      straight = false;
      continue;
    }
    if (code === op.callIndirect || code === op.returnCallIndirect) indirect = true;
    if (code === op.loop || (code >= op.try && code <= op.throwRef) || code === op.tryTable || code === op.memoryGrow) straight = false;
    if (code === op.prefixMisc) straight = false;
    skipOperands(reader, code);
  }
  return { unmetered: straight && !indirect && cost <= maxUnmeteredCost ? cost : -1, callees, indirect };
}

/**
 * Marks what lies on a cycle of calls: the strongly connected components with more than one member, and functions
 * that call themselves (Tarjan's algorithm, without recursion of its own). A call through a table may reach anything.
 */
function findRecursive(count: number, calleesOf: (node: number) => readonly number[]): Uint8Array {
  const recursive = new Uint8Array(count);
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  let next = 0;
  const enter = (node: number): { node: number; edge: number } => {
    order[node] = low[node] = next++;
    stack.push(node);
    onStack[node] = 1;
    return { node, edge: 0 };
  };
  const leave = (node: number): void => {
    if (low[node] !== order[node]) return;
    const members = stack.splice(stack.lastIndexOf(node));
    const cycle = members.length > 1 || calleesOf(node).includes(node);
    for (const member of members) {
      onStack[member] = 0;
      if (cycle) recursive[member] = 1;
    }
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [enter(root)];
    for (let top = path[0]; top !== undefined; top = path[path.length - 1]) {
      const callee = calleesOf(top.node)[top.edge++];
      if (callee === undefined) {
        path.pop();
        leave(top.node);
        const above = path[path.length - 1];
        if (above !== undefined) low[above.node] = Math.min(low[above.node] as number, low[top.node] as number);
      } else if (order[callee] === -1) path.push(enter(callee));
      else if (onStack[callee] === 1) low[top.node] = Math.min(low[top.node] as number, order[callee] as number);
    }
  }
  return recursive;
}

/** Looks over all functions of a module. */
export function surveyModule(module: ParsedModule): Survey {
  const imports = module.imports.length;
  const total = imports + module.functions.length;
  const outlines = module.bodies.map((body) => outlineOf(module.bytes, body));
  const unmetered = new Int32Array(total).fill(-1);
  for (const [i, outline] of outlines.entries()) unmetered[imports + i] = outline.unmetered;
  // One more node stands for "whatever the table holds".
  const anything = total;
  const everyOwn = outlines.map((_, i) => imports + i);
  const nothing: readonly number[] = [];
  const edges = outlines.map(({ callees, indirect }) => (indirect ? [...callees, anything] : callees));
  const calleesOf = (node: number): readonly number[] => (node === anything ? everyOwn : (edges[node - imports] ?? nothing));
  return { imports, unmetered, recursive: findRecursive(total + 1, calleesOf) };
}
