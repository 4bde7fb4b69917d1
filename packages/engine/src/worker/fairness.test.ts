import { describe, expect, it } from 'vitest';
import type { JobSpec } from '@shoal/protocol';
import { resultOf, TestMesh, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { outcomeOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const slow: Behaviour = (_spec, unit) => ({ afterMs: 50, outcome: resultOf(unit) });
const named = (name: string, count: number, more: Partial<JobSpec> = {}): JobSpec => ({ ...countedSpec(count, 1, more), name });

/** One worker with one slot, and requesters that have met it. */
function meshOf(requesters: number): { mesh: TestMesh; requesters: TestPeer[] } {
  const mesh = new TestMesh(1);
  const added = Array.from({ length: requesters }, () => mesh.add({ slots: 0 }));
  mesh.add({ slots: 1, behaviour: slow });
  mesh.runUntil(() => false, 2_000);
  return { mesh, requesters: added };
}

describe('a worker', () => {
  it('serves requesters in turn, whatever priority one gives itself', () => {
    const { mesh, requesters } = meshOf(2);
    const [greedy, modest] = requesters as [TestPeer, TestPeer];
    mesh.submit(greedy, named('greedy', 5_000, { priority: 100, deadline: mesh.now + 3_600_000 }));
    mesh.runUntil(() => mesh.executed.length >= 20, 20_000);
    const begun = mesh.now;
    const small = mesh.submit(modest, named('modest', 10));
    expect(mesh.runUntil(() => outcomeOf(modest, small) === 'done', 60_000)).toBe(true);
    expect(mesh.now - begun).toBeLessThan(5_000); // every other run is its own
  });

  it('runs a requester’s jobs by priority, and within one the earliest deadline first', () => {
    const { mesh, requesters } = meshOf(1);
    const [requester] = requesters as [TestPeer];
    const at = (minutes: number) => mesh.now + minutes * 60_000;
    const names = new Map(
      (
        [
          ['low', { priority: -1, deadline: at(5) }],
          ['late', { deadline: at(60) }],
          ['never', {}],
          ['soon', { deadline: at(10) }],
          ['high', { priority: 1 }],
        ] as const
      ).map(([name, more]) => [mesh.submit(requester, named(name, 40, more)), name]),
    );
    mesh.runUntil(() => mesh.executed.length >= 200, 60_000);
    const last = new Map([...names].map(([job, name]) => [name, mesh.executed.findLastIndex((run) => run.job === job)]));
    expect([...last].sort(([, a], [, b]) => a - b).map(([name]) => name)).toEqual(['high', 'soon', 'late', 'never', 'low']);
  });
});
