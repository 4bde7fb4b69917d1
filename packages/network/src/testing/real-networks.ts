import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom, type Metrics, type Network } from '@shoal/runtime';
import { createNetwork } from '../create-network.ts';
import { createNode, privateKeyFromSeed, type MeshNode } from '../composition.ts';
import { networkDefaults, type NetworkLimits } from '../defaults.ts';
import { namesOf } from '../names.ts';
import type { NetworkOptions } from '../options.ts';
import { createObserved } from '../reach/observed.ts';
import { createOnePort } from '../reach/one-port.ts';
import { createRelayBudget } from '../reach/relay-budget.ts';
import type { NetworkHarness } from './harness.ts';

/** Networks on libp2p and loopback, for the suite and for this package's tests. */
export interface RealNetworks extends NetworkHarness {
  metricsOf(network: Network): Metrics;
}

export function realNetworks(limits: Partial<NetworkLimits> = {}, options: Partial<NetworkOptions> = {}): RealNetworks {
  const metrics = new Map<Network, Metrics>();
  return {
    maxMessageBytes: limits.maxMessageBytes ?? networkDefaults.maxMessageBytes,
    create({ mesh, bootstrap }) {
      const own = createMetrics();
      const network = createNetwork({
        seed: generateSeed(),
        mesh,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        bootstrap,
        mdns: false,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        metrics: own,
        limits,
        ...options,
      });
      metrics.set(network, own);
      return network;
    },
    metricsOf: (network) => metrics.get(network) as Metrics,
  };
}

/** A bare libp2p node that speaks the mesh's protocols and keeps none of its rules. Started. */
export async function hostileNode(mesh: string): Promise<MeshNode> {
  const node = await createNode({
    privateKey: privateKeyFromSeed(generateSeed()),
    names: namesOf(mesh),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    limits: networkDefaults,
    guard: { isBanned: () => false },
    count: { sent: 0, received: 0 },
    ownIps: () => [],
    onePort: createOnePort(),
    observed: createObserved(),
    relayBudget: createRelayBudget(systemClock, networkDefaults),
  });
  await node.start();
  return node;
}
