import { fileURLToPath } from 'node:url';

export { runScenario, runSeed, type RunOptions, type RunReport } from './run.ts';
export { drawScenario } from './scenario/draw.ts';
export { noFaults, type FaultRates, type Scenario, type SimJob } from './scenario/scenario.ts';
export { readScenario, writeScenario } from './scenario/written.ts';
export { outline, shrink } from './shrink.ts';
export { htmlOf, summaryOf } from './study/html.ts';
export type { StudyOptions } from './study/options.ts';
export { steps, study, type Sample, type Study, type StudyFigures } from './study/study.ts';
export type { Violation } from './check/violation.ts';

/** The program of a sweep's process, to be run by Node: first and last seed, and the step between them. */
export const sweepProgram = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './sweep-child.ts' : './sweep-child.js', import.meta.url));
