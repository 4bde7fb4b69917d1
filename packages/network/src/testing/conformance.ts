import { networkCases } from './cases/index.ts';
import type { NetworkHarness } from './harness.ts';

/** One thing that every Network must do. */
export interface ConformanceCase {
  name: string;
  run(harness: NetworkHarness): Promise<void>;
}

/**
 * What every implementation of the Network port and every fake of it must do. Independent of a test runner:
 *
 *     it.for(networkConformance)('$name', ({ run }) => run(harness));
 */
export const networkConformance: readonly ConformanceCase[] = networkCases;
