export { networkConformance, type ConformanceCase } from './conformance.ts';
export type { NetworkHarness } from './harness.ts';
export { createMemoryNetwork, type MemoryHub, type MemoryNetworkOptions } from './memory-network.ts';
