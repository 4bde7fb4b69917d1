import type { Cid } from '@shoal/runtime';
import type { World } from '../world/world.ts';
import type { SimPeer } from '../world/peer.ts';
import { plannedJob } from './report.ts';

/** Timers of a peer at rest. */
const restTimers = new Set(['advertise', 'hours']);
/** A connection that nobody uses is closed after two minutes; so much later it is left over. */
const staleLinkMs = 150_000;

/** What is still there though nothing is going on any more. */
export function leftovers(world: World): string[] {
  return world.peers.flatMap((peer) => (peer.up ? leftoversOf(world, peer) : []));
}

function leftoversOf(world: World, { engine, running, index, id }: SimPeer): string[] {
  const left: string[] = [];
  const say = (what: string): void => void left.push(`${what} at peer ${index}`);
  // What a requester left behind for good goes on while somebody has it in hand.
  const isOfOneGone = (job: string): boolean => world.jobs.get(job as Cid)?.requester.gone === true && world.peers.some((peer) => peer.up && peer.engine.stewarded.has(job as Cid));
  const name = (job: Parameters<typeof plannedJob>[1]): string => (plannedJob(world, job) === undefined ? 'a stranger\'s job' : `job ${world.jobs.get(job)?.number}`);
  for (const [job, worked] of engine.worked) if (!isOfOneGone(job)) say(`a lease on ${name(job)} (${worked.running.size} running, ${worked.queue.length} queued)`);
  for (const job of engine.stewarded.keys()) if (!isOfOneGone(job)) say(`${name(job)}, entrusted to it,`);
  for (const [job, { outcome }] of engine.requested) if (!isOfOneGone(job)) say(`${name(job)}, ${outcome},`);
  const runs = [...running].filter((run) => !isOfOneGone(run.split('/')[0] as string)).length;
  if (runs > 0) say(`${runs} runs`);
  const bids = [...engine.bidding.keys()].filter((job) => !isOfOneGone(job)).length;
  if (bids > 0) say(`${bids} bids`);
  if (engine.kept.size > 0) say(`${engine.kept.size} kept bids`);
  if (engine.outbox.size > 0) say(`${engine.outbox.size} unsent facts`);
  for (const timer of engine.timers.names()) if (!restTimers.has(timer) && !isOfOneGone(timer.split(':')[1] ?? '')) say(`a timer ${timer.split(':')[0]}`);
  const links = world.network.linksOf(id);
  const linked = new Set(links.map(({ peer }) => peer));
  for (const peer of engine.connected) if (!linked.has(peer)) say('a connection that is none');
  if (links.some(({ overlay, idleMs }) => !overlay && idleMs > staleLinkMs)) say('an unused connection');
  return left;
}
