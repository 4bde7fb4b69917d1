import type { BenchContext } from '../suite.ts';
import type { BenchPeerOptions } from './peer-options.ts';
import type { RemotePeer } from './remote-peer.ts';

export interface Mesh {
  requester: RemotePeer;
  workers: RemotePeer[];
  stop(): Promise<void>;
}

export interface MeshOptions {
  workers: number;
  slots: number;
  /** What is special about a worker, counted from 0. */
  each?: (worker: number) => BenchPeerOptions;
}

/** A requester that runs nothing itself, and workers that it knows by their adverts. All keep their data on disk. */
export async function startMesh(context: BenchContext, name: string, options: MeshOptions): Promise<Mesh> {
  const requester = await context.startPeer(`${name}-requester`, { slots: 0 });
  const starting = Array.from({ length: options.workers }, (_, i) =>
    context.startPeer(`${name}-worker-${i + 1}`, { slots: options.slots, bootstrap: requester.addresses, ...options.each?.(i) }),
  );
  const workers = await Promise.all(starting);
  await requester.ask('findWorkers', workers.length);
  return {
    requester,
    workers,
    async stop() {
      await Promise.all([requester, ...workers].map((peer) => peer.stop()));
    },
  };
}
