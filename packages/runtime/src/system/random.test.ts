import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { systemRandom } from './random.ts';

describe('the system random source', () => {
  it('stays within its ranges', () => {
    for (let i = 0; i < 500; i += 1) {
      const float = systemRandom.float();
      expect(float >= 0 && float < 1).toBe(true);
      expect([0, 1, 2]).toContain(systemRandom.integer(3));
    }
    expect(systemRandom.integer(1)).toBe(0);
    expect(systemRandom.bytes(16)).toHaveLength(16);
    expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16));
    expect(systemRandom.bytes(4).constructor).toBe(Uint8Array);
  });
});

describe('metrics', () => {
  it('add up counters and keep the last of gauges', () => {
    const metrics = createMetrics();
    metrics.add('messages_total');
    metrics.add('messages_total', 4);
    metrics.set('peers', 3);
    metrics.set('peers', 2);
    expect(metrics.snapshot()).toEqual({ messages_total: 5, peers: 2 });
  });
});
