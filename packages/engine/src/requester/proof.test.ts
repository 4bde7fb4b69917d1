import type { JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { bitmapOf } from '../bitmap.ts';
import { EvilWorker } from '../testing/outsider.ts';
import { outcomeOf, restOf, runJob, sceneOf, viewOf, type Scene } from '../testing/scene.ts';
import { dataset, holding, shardSpec } from '../testing/specs.ts';

const shards = 12;
const all = holding(shards, () => true);

function proving(quorum = 2): JobSpec {
  const spec = shardSpec(shards, 'never', quorum);
  return { ...spec, units: { ...spec.units, prove: true } as JobSpec['units'] };
}

/** Two who hold everything, and one who says so. */
function sceneWithLiar(seed: number): Scene & { evil: EvilWorker } {
  const scene = sceneOf(seed, [{ holdings: [all] }, { holdings: [all] }]);
  const evil = new EvilWorker(scene.mesh);
  evil.holds = bitmapOf(shards, () => true);
  evil.advertise({ datasets: [{ ...all, cid: dataset }] });
  scene.mesh.runUntil(() => false, 100);
  scene.mesh.canShow = (peer) => peer !== evil.id;
  return { ...scene, evil };
}

describe('a bidder that says that it holds what it has not', () => {
  it('gets no lease where the job asks for proof, is told of with the reason, and costs the job nothing', () => {
    const scene = sceneWithLiar(1);
    const { mesh, requester, evil, workers } = scene;
    const job = runJob(scene, proving());
    expect(outcomeOf(requester, job)).toBe('done');
    const ledger = requester.engine.requested.get(job)?.ledger;
    expect(ledger?.isWorker(evil.id)).toBe(false);
    for (const { id } of workers) expect(ledger?.isWorker(id)).toBe(true);
    const { state, reasons } = viewOf(requester, job).workers.find(({ peer }) => peer === evil.id) ?? {};
    expect({ state, reasons }).toMatchObject({ state: 'declined', reasons: [{ code: 'holding-unproven', text: expect.stringContaining('it has not') }] });
    expect(mesh.challenges.every(({ shards: asked }) => asked.length === 3 && new Set(asked).size === 3)).toBe(true);
    expect(mesh.challenges.filter(({ peer }) => peer !== evil.id)).toHaveLength(2); // each once
    expect(restOf(mesh)).toEqual([]);
  });

  it('gets one where nobody asks', () => {
    const scene = sceneWithLiar(2);
    const job = runJob(scene, shardSpec(shards, 'never'), 120_000);
    expect(scene.mesh.challenges).toEqual([]);
    expect(scene.requester.engine.requested.get(job)?.ledger.isWorker(scene.evil.id)).toBe(true);
  });

  it('proves anew what it claims anew', () => {
    const scene = sceneWithLiar(3);
    const { mesh, requester, evil } = scene;
    evil.holds = bitmapOf(shards, (i) => i === 0);
    mesh.canShow = (peer, asked) => peer !== evil.id || asked.length === 1; // it has that one shard
    const job = runJob(scene, proving(), 120_000);
    expect(outcomeOf(requester, job)).toBe('done');
    const own = mesh.challenges.filter(({ peer }) => peer === evil.id);
    expect(own[0]?.shards).toHaveLength(1);
    expect(requester.engine.requested.get(job)?.ledger.isWorker(evil.id)).toBe(true);
  });

  it('keeps none waiting when it does not answer: others are given the work', () => {
    const scene = sceneWithLiar(4);
    const { mesh, requester, evil } = scene;
    mesh.canShow = (peer) => (peer === evil.id ? 'not yet' : true);
    const begun = mesh.now;
    const job = runJob(scene, proving());
    expect(outcomeOf(requester, job)).toBe('done');
    expect(mesh.now - begun).toBeLessThan(10_000);
  });
});
