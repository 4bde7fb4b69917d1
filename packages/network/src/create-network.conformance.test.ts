import { describe, it } from 'vitest';
import { networkConformance } from './testing/conformance.ts';
import { realNetworks } from './testing/real-networks.ts';

describe('the network on libp2p', () => {
  const harness = realNetworks();
  it.for(networkConformance)('$name', ({ run }) => run(harness));
});
