import type { Cid, PeerId } from '@shoal/runtime';
import type { TraceEvent } from '@shoal/engine';
import { peerDefaults } from '../defaults.ts';

/** What came here over the network for jobs of this peer, from whom, since it started. */
export class Moves {
  private readonly byJob = new Map<Cid, TraceEvent[]>();

  note(job: Cid, event: { at: number; by: PeerId; unit: number; from: ReadonlyMap<PeerId, number> }): void {
    if (event.from.size === 0) return; // it was here already
    const moves = this.byJob.get(job) ?? [];
    if (moves.length === 0) {
      if (this.byJob.size >= peerDefaults.maxMovedJobs) this.byJob.delete(this.byJob.keys().next().value as Cid);
      this.byJob.set(job, moves);
    }
    if (moves.length >= peerDefaults.maxMovesPerJob) return;
    const bytes = [...event.from.values()].reduce((sum, each) => sum + each, 0);
    moves.push({ at: event.at, by: event.by, what: 'fetched', units: [event.unit], peers: [...event.from.keys()], bytes });
  }

  of(job: Cid): readonly TraceEvent[] {
    return this.byJob.get(job) ?? [];
  }
}
