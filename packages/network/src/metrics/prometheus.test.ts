import { expect, it } from 'vitest';
import { createMetrics } from '@shoal/runtime';
import { createExposition, ownText } from './prometheus.ts';

it('writes counters and gauges as Prometheus reads them', () => {
  expect(ownText({ network_neighbours: 3, network_dht_provided_total: 7 })).toBe(
    '# TYPE shoal_network_dht_provided_total counter\nshoal_network_dht_provided_total 7\n# TYPE shoal_network_neighbours gauge\nshoal_network_neighbours 3\n',
  );
  expect(ownText({})).toBe('');
});

it('has the process in it, and two of them do not share what they count', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  const [first, second] = [createExposition(one), createExposition(other)];
  one.add('network_dials_total', 2);
  expect(await first.text()).toMatch(/^shoal_network_dials_total 2$/mu);
  expect(await first.text()).toMatch(/^process_resident_memory_bytes \d+$/mu);
  expect(await second.text()).not.toContain('shoal_network_dials_total');
});
