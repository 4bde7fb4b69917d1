import type { Cid, PeerId } from '@shoal/runtime';
import { encodeValue } from '@shoal/protocol';
import type { Turn } from '../engine.ts';

/**
 * Our work on a job is over: the journal's scope stays open while another part in it is not. A requester's own summary is
 * left as it is.
 */
export function closeWorkedScope({ engine, effects }: Turn, { job, requester }: { job: Cid; requester: PeerId | undefined }, left: string): void {
  if (requester === engine.self) return;
  const isOpen = engine.worked.has(job) || engine.stewarded.has(job);
  effects.push({ type: 'summarize', scope: job, closed: !isOpen, summary: encodeValue({ role: 'worker', left }) });
}
