import type { NetworkHarness } from '../harness.ts';

/** One thing that every Network must do. */
export interface ConformanceCase {
  name: string;
  run(harness: NetworkHarness): Promise<void>;
}
