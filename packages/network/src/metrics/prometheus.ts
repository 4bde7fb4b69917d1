import { prometheusMetrics } from '@libp2p/prometheus-metrics';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metrics } from '@shoal/runtime';

/** Everything countable, in Prometheus's text format: our own counters, libp2p's and the process's. */
export interface Exposition {
  /** For createLibp2p(). */
  libp2p: ReturnType<typeof prometheusMetrics>;
  text(): Promise<string>;
}

export function createExposition(own: Metrics): Exposition {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    libp2p: prometheusMetrics({ registry, collectDefaultMetrics: false }),
    text: async () => `${ownText(own.snapshot())}${await registry.metrics()}`,
  };
}

/** Names are ours (`[a-z_]+`), and each has its kind in its suffix. */
export function ownText(snapshot: Record<string, number>): string {
  const lines = Object.entries(snapshot)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `# TYPE shoal_${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\nshoal_${name} ${value}\n`);
  return lines.join('');
}
