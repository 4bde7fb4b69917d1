import { decodeValue, limits } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { runJob, sceneOf, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import type { TestMesh, TestPeer } from '../testing/mesh.ts';

/** The job as lists show it, long after its engine has forgotten it. */
function kept(mesh: TestMesh, { journal }: TestPeer, job: string): unknown {
  mesh.runUntil(() => false, 100); // the burst in which it ended is written
  const summary = journal.scopesByName.get(job)?.summary;
  return summary === undefined ? undefined : decodeValue(summary, limits.maxEntryBytes);
}

describe('the summary of a job', () => {
  it('says why it failed as a whole', () => {
    const scene = sceneOf(1, [{ behaviour: () => undefined }, { behaviour: () => undefined }]);
    const job = runJob(scene, countedSpec(4, 2, { deadline: scene.mesh.now + 5_000 }), 10_000);
    const ended = { state: 'failed', reason: { code: 'deadline-passed', text: 'the deadline passed with 0 of 4 units settled' } };
    expect(viewOf(scene.requester, job)).toMatchObject(ended); // at once, for those who watch it
    expect(kept(scene.mesh, scene.requester, job)).toMatchObject(ended);
  });

  it('says why it was cancelled', () => {
    const { mesh, requester } = sceneOf(2, []);
    const job = mesh.submit(requester, countedSpec(4));
    requester.driver.handle({ type: 'cancel', job, why: 'wrong dataset' });
    expect(kept(mesh, requester, job)).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled', text: 'wrong dataset' } });
  });

  it('has no reason where every unit has its own', () => {
    const scene = sceneOf(3, [{}, {}]);
    const job = runJob(scene, countedSpec(4));
    expect(kept(scene.mesh, scene.requester, job)).not.toHaveProperty('reason');
  });
});
