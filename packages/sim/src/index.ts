export { runScenario, runSeed, type RunOptions, type RunReport } from './run.ts';
export { drawScenario } from './scenario/draw.ts';
export { noFaults, type FaultRates, type Scenario, type SimJob } from './scenario/scenario.ts';
export type { Violation } from './check/checker.ts';
