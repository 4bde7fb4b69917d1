import { fileURLToPath } from 'node:url';

export { runScenario, runSeed, type RunOptions, type RunReport } from './run.ts';
export { drawScenario } from './scenario/draw.ts';
export { noFaults, type FaultRates, type Scenario, type SimJob } from './scenario/scenario.ts';
export { outline, shrink } from './shrink.ts';
export { htmlOf, summaryOf } from './study/html.ts';
export type { StudyOptions } from './study/options.ts';
export { steps, study, type Sample, type Study, type StudyFigures } from './study/study.ts';
export type { Violation } from './check/checker.ts';

/** The program of a sweep's process, to be run by Node: first and last seed, and the step between them. */
export const sweepProgram = fileURLToPath(new URL(`./sweep-child${import.meta.url.split('?')[0]?.endsWith('.ts') === true ? '.ts' : '.js'}`, import.meta.url));
