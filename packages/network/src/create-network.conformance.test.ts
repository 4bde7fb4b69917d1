import { describe, it } from 'vitest';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom } from '@shoal/runtime';
import { createNetwork } from './create-network.ts';
import { networkDefaults } from './defaults.ts';
import { networkConformance } from './testing/conformance.ts';
import type { NetworkHarness } from './testing/harness.ts';

const harness: NetworkHarness = {
  maxMessageBytes: networkDefaults.maxMessageBytes,
  create: ({ mesh, bootstrap }) =>
    createNetwork({
      seed: generateSeed(),
      mesh,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap,
      mdns: false,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      metrics: createMetrics(),
    }),
};

describe('the network on libp2p', () => {
  for (const { name, run } of networkConformance) it(name, () => run(harness));
});
