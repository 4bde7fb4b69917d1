import type { Cid } from '@shoal/runtime';
import { encodeValue } from '@shoal/protocol';
import type { Turn } from '../engine.ts';

/**
 * A part in somebody's job is over: the journal's scope stays open while another part is not. A requester's own summary is
 * left as it is.
 */
export function closeScope({ engine, effects }: Turn, job: Cid, role: 'worker' | 'steward', left: string): void {
  if (engine.requested.get(job)?.authority === 'requester') return;
  const isOpen = engine.worked.has(job) || engine.stewarded.has(job);
  effects.push({ type: 'summarize', scope: job, closed: !isOpen, summary: encodeValue({ role, left }) });
}
