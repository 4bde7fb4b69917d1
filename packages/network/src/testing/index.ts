export type { ConformanceCase } from './cases/case.ts';
export { networkConformance } from './conformance.ts';
export type { NetworkHarness } from './harness.ts';
export { createMemoryNetwork, type MemoryHub, type MemoryNetworkOptions } from './memory-network.ts';
