import type { PeerId } from '@shoal/runtime';
import { limits, type JobSpec, type MessageBody } from '@shoal/protocol';
import { backOffMs } from '../market/back-off.ts';
import type { Turn } from '../engine.ts';
import type { RequestedJob } from './job.ts';

/**
 * Asks some peers whom they know that would do, in widening circles: neighbours first, then others of the roster. Each
 * knows another sample of a large mesh, so that one peer in ten thousand is found in a few seconds. Answers are adverts,
 * signed by whom they are about; several peers are asked, so that none of them decides whom we hear of.
 */
export function seekCandidates(turn: Turn, job: RequestedJob): void {
  const { engine, now, random, effects } = turn;
  const { timings } = engine.config;
  const { search } = job;
  if (now < search.dueAt) return engine.timers.setNoLater(job.timerKey, search.dueAt);
  const width = Math.min(timings.maxSeekWidth, timings.seekWidth * 2 ** search.circles);
  const isFresh = (peer: PeerId): boolean => peer !== engine.self && !search.asked.has(peer);
  const near = [...engine.connected].filter(isFresh).slice(0, width);
  const far = engine.roster.sample(width - near.length, random, ({ author, expiresAt }) => expiresAt > now && isFresh(author) && !engine.connected.has(author));
  const message = { type: 'seek', ...needsOf(job.spec) } as const;
  for (const peer of [...near, ...far.map(({ author }) => author)]) {
    search.asked.add(peer);
    effects.push({ type: 'send', to: peer, message });
  }
  search.circles += 1;
  search.dueAt = now + timings.seekEveryMs;
  if (search.circles >= timings.maxSeekCircles || near.length + far.length === 0) {
    search.failures += 1;
    search.circles = 0;
    search.asked.clear();
    search.dueAt = now + backOffMs(search.failures, timings.seekAgainMinMs, timings.seekAgainMaxMs, random);
  }
  engine.timers.setNoLater(job.timerKey, search.dueAt);
}

/** What of a job's requirements others may judge by an advert. */
function needsOf(spec: JobSpec): MessageBody<'seek'> {
  const { units } = spec;
  return {
    engine: spec.program.engine,
    memoryBytes: spec.resources.memoryBytes,
    where: spec.where,
    ...(units.kind === 'shards' && units.move === 'never' ? { dataset: units.dataset } : {}),
    most: limits.maxSoughtAdverts,
  };
}
