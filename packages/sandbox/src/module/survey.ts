import { op } from './binary.ts';
import { CallGraph } from './call-graph.ts';
import { costOf, maxUnmeteredCost } from './costs.ts';
import { skipOperands } from './instructions.ts';
import { bodySpan, type ParsedModule, type Span } from './parse.ts';
import { Reader } from './reader.ts';

/** What the rewriter must know of all functions before it rewrites one. By index among the module's own functions. */
export interface Survey {
  imports: number;
  /** Cost of a short straight function that is not metered itself: its callers are charged. -1 for every other. */
  unmetered: Int32Array;
  /** 1 for a function that may be entered again before it returns. */
  recursive: Uint8Array;
}

/** Adds a function to the graph; returns its cost when it is to be unmetered, else -1. */
function surveyFunction(bytes: Uint8Array, body: Span, graph: CallGraph): number {
  const reader = new Reader(bytes, body.start, body.end);
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
      graph.call(reader.u32());
      straight = false;
      continue;
    }
    if (code === op.callIndirect || code === op.returnCallIndirect) indirect = true;
    if (code === op.loop || (code >= op.try && code <= op.throwRef) || code === op.tryTable || code === op.memoryGrow) straight = false;
    if (code === op.prefixMisc) straight = false;
    skipOperands(reader, code);
  }
  graph.finish(indirect);
  return straight && !indirect && cost <= maxUnmeteredCost ? cost : -1;
}

/** Looks over all functions of a module. */
export function surveyModule(module: ParsedModule): Survey {
  const imports = module.imports.length;
  const count = module.functions.length;
  const graph = new CallGraph(imports, count);
  const unmetered = new Int32Array(count);
  for (let i = 0; i < count; i++) unmetered[i] = surveyFunction(module.bytes, bodySpan(module, i), graph);
  return { imports, unmetered, recursive: graph.recursive() };
}
