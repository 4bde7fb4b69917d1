import type { Clock } from '@shoal/runtime';
import type { Peer } from '@shoal/peer';
import { limits } from '../limits.ts';
import { sleep } from '../cli/sleep.ts';

/** What `up` says about its place in the mesh. */
export type MeshNews = { kind: 'ready'; neighbours: number; afterMs: number } | { kind: 'alone' };

/** Tells when the peer has neighbours, and when it has none: at first, and whenever that changes. */
export async function watchMesh(peer: Peer, clock: Clock, signal: AbortSignal, tell: (news: MeshNews) => void): Promise<void> {
  const begin = clock.monotonic();
  let said: MeshNews['kind'] | undefined;
  while (!signal.aborted) {
    const { neighbours, ready, readyAfterMs } = await peer.status();
    const afterMs = clock.monotonic() - begin;
    if (neighbours > 0 && (ready || said === 'alone') && said !== 'ready') {
      tell({ kind: 'ready', neighbours, afterMs: said === undefined ? (readyAfterMs ?? afterMs) : afterMs });
      said = 'ready';
    } else if (neighbours === 0 && said !== 'alone' && afterMs >= limits.aloneAfterMs) {
      tell({ kind: 'alone' });
      said = 'alone';
    }
    await sleep(clock, said === 'ready' ? limits.neighbourPollMs : limits.readyPollMs, signal);
  }
}
