import { benchMovable, benchSnapshots } from '../../../packages/sandbox/bench/checkpoint.ts';
import { benchFuel } from '../../../packages/sandbox/bench/fuel.ts';
import { benchUnit } from '../../../packages/sandbox/bench/unit.ts';
import { quantile } from '../report/summary.ts';
import type { Suite } from '../suite.ts';

const mebibyte = 1_048_576;
const warmUnitGoalMs = 1;
const warmSlotGoalMb = 40;
const cancelGoalMs = 10;
const fuelGoal = 1.15;
const fuelWorstGoal = 1.3;
const movableGoal = 1.35;

/** What the walls around a unit cost, and what metering it does. */
export const sandbox: Suite = {
  name: 'sandbox',
  title: 'a unit in its locked child process; fuel and being movable beside the plain program; saving and restoring',
  async run({ quick, report }) {
    const sizes = quick ? { readBytes: 4 * mebibyte, writeBytes: 2 * mebibyte, warmUnits: 5, rounds: 1 } : {};
    const unit = await benchUnit(sizes);
    report({ name: 'sandbox.start', unit: 'ms', value: unit.executorStartMs });
    report({ name: 'sandbox.first-unit', unit: 'ms', value: unit.firstUnitMs });
    report({ name: 'sandbox.warm-unit-p50', unit: 'ms', value: unit.warmUnitMs, goal: warmUnitGoalMs });
    report({ name: 'sandbox.unseen-program', unit: 'ms', value: unit.unseenProgramMs });
    report({ name: 'sandbox.seen-program', unit: 'ms', value: unit.seenProgramMs });
    if (unit.warmSlotMb > 0) report({ name: 'sandbox.warm-slot', unit: 'MB', value: unit.warmSlotMb, goal: warmSlotGoalMb });
    report({ name: 'sandbox.cancel', unit: 'ms', value: unit.cancelMs, goal: cancelGoalMs });
    report({ name: 'sandbox.read-channel', unit: 'MB/s', value: unit.channelReadMbPerSecond, beside: { what: 'node:wasi, no walls', value: unit.nodeWasiReadMbPerSecond } });
    report({ name: 'sandbox.read', unit: 'MB/s', value: unit.readMbPerSecond, beside: { what: 'node:wasi, no walls', value: unit.nodeWasiReadMbPerSecond } });
    report({ name: 'sandbox.write', unit: 'MB/s', value: unit.writeMbPerSecond, beside: { what: 'node:wasi, no walls', value: unit.nodeWasiWriteMbPerSecond } });
    const kernels = await benchFuel({ rounds: quick ? 1 : 3 });
    for (const { kernel, meteredMs, plainMs } of kernels) {
      report({ name: `sandbox.fuel-${kernel}`, unit: 'ms', value: meteredMs, beside: { what: 'plain', value: plainMs } });
    }
    const metered = quantile(kernels.map(({ ratio }) => ratio), 0.5);
    report({ name: 'sandbox.fuel-median', unit: 'x', value: metered, goal: fuelGoal });
    report({ name: 'sandbox.fuel-worst', unit: 'x', value: Math.max(...kernels.map(({ ratio }) => ratio)), goal: fuelWorstGoal });
    const { kernels: movable, transformMs, growth } = await benchMovable({ rounds: quick ? 1 : 3 });
    for (const { kernel, movableMs, plainMs } of movable) {
      report({ name: `sandbox.movable-${kernel}`, unit: 'ms', value: movableMs, beside: { what: 'plain', value: plainMs } });
    }
    report({ name: 'sandbox.movable-median', unit: 'x', value: quantile(movable.map(({ ratio }) => ratio), 0.5), goal: movableGoal });
    report({ name: 'sandbox.movable-transform', unit: 'ms', value: transformMs });
    report({ name: 'sandbox.movable-size', unit: 'x', value: growth });
    for (const { heapMb, firstMs, firstMb, nextMs, nextMb, restoreMs } of benchSnapshots(quick ? [1] : [1, 16, 256])) {
      report({ name: `sandbox.save-${heapMb}-mb-first`, unit: 'ms', value: firstMs });
      report({ name: `sandbox.save-${heapMb}-mb-first-size`, unit: 'MB', value: firstMb });
      report({ name: `sandbox.save-${heapMb}-mb-next`, unit: 'ms', value: nextMs });
      report({ name: `sandbox.save-${heapMb}-mb-next-size`, unit: 'MB', value: nextMb });
      report({ name: `sandbox.restore-${heapMb}-mb`, unit: 'ms', value: restoreMs });
    }
  },
};
