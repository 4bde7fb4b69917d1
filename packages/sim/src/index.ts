export { runScenario, runSeed, type RunReport } from './run.ts';
export { drawScenario, noFaults, type Scenario } from './scenario/scenario.ts';
export type { Violation } from './check/checker.ts';
