import { describe, expect, it } from 'vitest';
import { runJob, sceneOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import type { TestPeer } from '../testing/mesh.ts';
import { traceOf } from './trace.ts';
import type { TraceEvent } from './types.ts';

function traced(peer: TestPeer, id: string): TraceEvent[] {
  const job = [...peer.engine.requested.values()].find((each) => each.job === id);
  if (job === undefined) throw new Error(`no job ${id}`);
  return traceOf(job.ledger, job);
}

const unitsOf = (events: TraceEvent[], what: TraceEvent['what'], by?: string): number[] =>
  events.filter((event) => event.what === what && (by === undefined || event.by === by)).flatMap(({ units = [] }) => units).toSorted((a, b) => a - b);

describe('the trace of a job', () => {
  it('tells who was asked, who bid, what each was given, committed to and showed, and what was accepted, in the order of time', () => {
    const scene = sceneOf(1, [{}, {}]);
    const ids = scene.workers.map(({ id }) => id).toSorted();
    const events = traced(scene.requester, runJob(scene, countedSpec(6)));
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(events[0]).toMatchObject({ what: 'posted', by: scene.requester.id });
    const asked = events.filter(({ what }) => what === 'asked').flatMap(({ peers = [] }) => peers);
    const bids = events.filter(({ what }) => what === 'bid').map(({ by }) => by);
    expect([asked.toSorted(), bids.toSorted()]).toEqual([ids, ids]);
    for (const id of ids) {
      const given = events.filter(({ what, peers }) => what === 'assigned' && peers?.[0] === id).flatMap(({ units = [] }) => units);
      expect(new Set(given)).toEqual(new Set(unitsOf(events, 'committed', id)));
      expect(unitsOf(events, 'revealed', id)).toEqual(unitsOf(events, 'committed', id));
    }
    expect(unitsOf(events, 'accepted', scene.requester.id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.filter(({ what }) => what === 'receipt')).toHaveLength(2);
  });

  it('tells who declined, with why, and when', () => {
    const scene = sceneOf(2, [{}, {}, { slots: 1 }]);
    const busy = scene.workers[2] as TestPeer;
    busy.engine.config.policy = { ...busy.engine.config.policy, denied: new Set([scene.requester.id]) };
    const id = runJob(scene, countedSpec(2));
    const events = traced(scene.requester, id);
    const declined = events.find(({ what }) => what === 'declined');
    expect(declined).toMatchObject({ by: busy.id, reason: { code: 'requester-denied' } });
    expect(declined?.at).toBeGreaterThanOrEqual(events.find(({ what, peers }) => what === 'asked' && peers?.includes(busy.id))?.at ?? Number.POSITIVE_INFINITY);
  });

  it('is told by the ledger alone long after the engine has forgotten the job', () => {
    const scene = sceneOf(3, [{}, {}]);
    const id = runJob(scene, countedSpec(4));
    const job = scene.requester.engine.requested.get(id as never);
    const events = job === undefined ? [] : traceOf(job.ledger);
    expect(new Set(events.map(({ what }) => what))).toEqual(new Set(['posted', 'bid', 'leased', 'committed', 'revealed', 'accepted', 'released', 'receipt']));
    expect(unitsOf(events, 'accepted')).toEqual([0, 1, 2, 3]);
  });
});
