import { describe, expect, it } from 'vitest';
import { sceneOf } from '../testing/scene.ts';
import { holding, shardSpec } from '../testing/specs.ts';
import { learnHoldings } from './leases.ts';

describe('a worker that somebody else gave its lease', () => {
  it('is looked at anew when its bid comes after its lease, and claims no more than it did then', () => {
    const { mesh, requester, workers } = sceneOf(5, [{ slots: 1, holdings: [holding(12, () => true)] }]);
    const job = mesh.submit(requester, shardSpec(12, 'never', 1));
    expect(mesh.runUntil(() => (workers[0]?.running.size ?? 0) > 0, 5_000)).toBe(true);
    const requested = requester.engine.requested.get(job);
    const [lease] = requested?.leases.values() ?? [];
    if (requested === undefined || lease === undefined) throw new Error('no lease yet');
    const { holds } = lease;
    Object.assign(lease, { holds: new Uint8Array(), heldCursor: 12, otherCursor: 12 });
    learnHoldings(requested, lease);
    expect([lease.holds, lease.heldCursor, lease.otherCursor]).toEqual([holds, 0, 0]);
    Object.assign(lease, { holds: new Uint8Array([1, 0]), heldCursor: 12 });
    learnHoldings(requested, lease);
    expect([[...lease.holds], lease.heldCursor]).toEqual([[1, 0], 12]);
  });
});
