import type { ConformanceCase } from './cases/case.ts';
import { networkCases } from './cases/index.ts';

/**
 * What every implementation of the Network port and every fake of it must do. Independent of a test runner:
 *
 *     it.for(networkConformance)('$name', ({ run }) => run(harness));
 */
export const networkConformance: readonly ConformanceCase[] = networkCases;
