import type { Cid } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import { viewOfJob } from '../views/job-view.ts';
import type { JobView } from '../views/types.ts';
import { leftoversOf } from './leftovers.ts';
import { TestMesh, type TestPeer, type TestPeerOptions } from './mesh.ts';
import { EvilWorker } from './outsider.ts';

export interface Scene {
  mesh: TestMesh;
  /** Runs no units itself. */
  requester: TestPeer;
  workers: TestPeer[];
}

/** A mesh of one requester and some workers that have met. */
export function sceneOf(seed: number, workers: readonly TestPeerOptions[], requesterOptions: TestPeerOptions = {}): Scene {
  const mesh = new TestMesh(seed);
  const requester = mesh.add({ slots: 0, ...requesterOptions });
  const added = workers.map((options) => mesh.add(options));
  mesh.runUntil(() => false, 2_000);
  return { mesh, requester, workers: added };
}

/** The same with somebody evil among them, who says that it would work. */
export function sceneWithEvil(seed: number, workers: readonly TestPeerOptions[] = [{}, {}, {}]): Scene & { evil: EvilWorker } {
  const scene = sceneOf(seed, workers);
  const evil = new EvilWorker(scene.mesh);
  evil.advertise();
  scene.mesh.runUntil(() => false, 100);
  return { ...scene, evil };
}

export function outcomeOf(peer: TestPeer, job: Cid): string | undefined {
  return peer.engine.requested.get(job)?.outcome;
}

export function viewOf(peer: TestPeer, job: Cid): JobView {
  const requested = peer.engine.requested.get(job);
  const view = requested === undefined ? undefined : viewOfJob(requested);
  if (view === undefined) throw new Error(`no job ${job} at ${peer.id}`);
  return view;
}

/** Posts a job and lets it run until it ends; returns its id. */
export function runJob({ mesh, requester }: Scene, spec: JobSpec, withinMs = 60_000): Cid {
  const job = mesh.submit(requester, spec);
  mesh.runUntil(() => outcomeOf(requester, job) !== 'open', withinMs);
  return job;
}

/** Lets finished jobs linger and everything come to rest; what is left then should not be. */
export function restOf(mesh: TestMesh, afterMs = 45_000): string[] {
  mesh.runUntil(() => false, afterMs);
  return leftoversOf(mesh);
}
