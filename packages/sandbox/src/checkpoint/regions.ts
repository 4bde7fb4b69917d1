import { op } from '../module/binary.ts';
import type { DecodedFunction, Step } from './decode.ts';

/** A place to jump to: a block that is opened at its region's head, and ends there. */
export interface Label {
  name: string;
}

/** A function, or a loop in which the program may be stopped: a stretch of code entered at its head only. */
export interface Region {
  /** Numbers of the calls inside. */
  first: number;
  /** Where the way to each of these calls leads, in their order: to itself, or to the loop around it. */
  targets: Label[];
  /** In the order in which they end. */
  labels: Label[];
  /** The step of the `if` that is taken when fuel ran out, first in the region: only there need one look for the way. -1: none. */
  gate: number;
  /** Where a loop's gate leads: out of the loop, so that no call is left inside, to where the host is asked; from there it is entered again. */
  slow: Label;
}

/** By step. */
export interface Regions {
  whole: Region;
  loops: Map<number, Region>;
  /** Of calls that may stop, and of loops that have such calls. */
  before: Map<number, Label>;
  /** Of blocks and ifs that have such calls. */
  ends: Map<number, Label>;
  elses: Map<number, Label>;
  body: Label;
}

/** `fuel - cost < 0 ?`, as the rewriter writes it at the head of a function or loop, from a global or a local. */
const gates: readonly (readonly number[])[] = [
  [op.globalGet, op.i64Const, op.i64Sub, op.localTee, op.i64Const, op.i64LtS, op.if],
  [op.localGet, op.i64Const, op.i64Sub, op.localTee, op.i64Const, op.i64LtS, op.if],
  [op.globalGet, op.i64Const, op.i64Sub, op.localTee, op.globalSet, op.localGet, op.i64Const, op.i64LtS, op.if],
];

/** What the gate at a step reads must be the fuel: its global, or the local that the function's own head set. */
function gateAt(steps: Step[], from: number, fuelGlobal: number, fuelLocal: number): number {
  for (const shape of gates) {
    const fits = shape.every((code, i) => steps[from + i]?.code === code);
    const first = steps[from] as Step;
    const tee = steps[from + 3];
    const reads = first.code === op.globalGet ? fuelGlobal : fuelLocal;
    const last = steps[from + shape.length - 1];
    if (fits && first.index === reads && tee?.index === fuelLocal && last?.type?.results.length === 0 && last.elseAt < 0) return from + shape.length - 1;
  }
  return -1;
}

/** The local in which a function keeps its fuel; -1 when it does not begin as the rewriter makes it. */
export function fuelLocalOf(steps: Step[], fuelGlobal: number): number {
  const [load, , , tee] = steps;
  return load?.code === op.globalGet && load.index === fuelGlobal && tee?.code === op.localTee ? tee.index : -1;
}

/** Lays out where a function can be entered again. */
export function layOut({ steps, resumes }: DecodedFunction, fuelGlobal: number): Regions {
  const fuelLocal = fuelLocalOf(steps, fuelGlobal);
  const gate = (from: number): number => (fuelLocal < 0 ? -1 : gateAt(steps, from, fuelGlobal, fuelLocal));
  const whole: Region = { first: 1, targets: [], labels: [], gate: gate(0), slow: { name: 'slow' } };
  const regions: Regions = { whole, loops: new Map(), before: new Map(), ends: new Map(), elses: new Map(), body: { name: 'body' } };
  const open: { step: number; region: Region }[] = [];
  let region = whole;
  const end = (name: string): Label => {
    const label = { name };
    region.labels.push(label);
    return label;
  };
  for (const [i, step] of steps.entries()) {
    const gateEnd = region === whole ? -1 : (steps[region.gate]?.endAt ?? -1);
    if (i >= region.gate && i <= gateEnd) {
      // Written behind the loop, by itself.
      if (step.resume > 0) region.targets.push(region.slow);
      continue;
    }
    if (step.resume > 0) {
      const label = end(`resume ${step.resume}`);
      regions.before.set(i, label);
      region.targets.push(label);
    }
    if (step.code === op.block || step.code === op.loop || step.code === op.if) {
      open.push({ step: i, region });
      if (step.code !== op.loop || step.first === 0) continue;
      const label = end('loop');
      regions.before.set(i, label);
      for (let id = step.first; id <= step.last; id++) region.targets.push(label);
      region = { first: step.first, targets: [], labels: [], gate: gate(i + 1), slow: { name: 'slow' } };
      regions.loops.set(i, region);
    } else if (step.code === op.else) {
      const around = open[open.length - 1] as { step: number };
      if ((steps[around.step] as Step).first > 0) regions.elses.set(around.step, end('else'));
    } else if (step.code === op.end) {
      const closed = open.pop();
      if (closed === undefined) break;
      region = closed.region;
      const opener = steps[closed.step] as Step;
      if (opener.first === 0 || opener.code === op.loop) continue;
      if (opener.code === op.if && opener.elseAt < 0) regions.elses.set(closed.step, end('else'));
      regions.ends.set(closed.step, end('end'));
    }
  }
  whole.labels.push(regions.body);
  if (whole.targets.length !== resumes) throw new Error(`Laid out ${whole.targets.length} ways for ${resumes} calls`);
  return regions;
}
