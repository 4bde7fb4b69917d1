import type { Cid } from '@shoal/runtime';
import { bitAt, matchSelector, parseSelector, unitsInSlot, type Effect } from '@shoal/engine';
import type { SimPeer } from '../world/peer.ts';
import type { World } from '../world/world.ts';
import type { Report } from './report.ts';

/** Parts of slots do not add up exactly. */
const roundingSlots = 1e-3;

/** Several short units may be begun in one slot. */
function slotsTaken({ running, engine }: SimPeer): number {
  let taken = 0;
  for (const key of running) {
    const job = engine.worked.get(key.slice(0, key.indexOf('/')) as Cid);
    taken += job === undefined ? 1 : 1 / unitsInSlot(engine, job);
  }
  return taken;
}

/** A peer begins a run: may it, by its owner's policy and by the job's? */
export function checkRun(world: World, peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>, report: Report): void {
  const { job, unit, requester, spec } = effect;
  const what = `unit ${unit} at peer ${peer.index}`;
  const { config, holdings } = peer.options;
  if (config.policy.denied.has(requester)) report('policy', `${what} runs for a requester that its owner denies`);
  if (matchSelector(parseSelector(spec.where), config.labels).verdict !== 'yes') report('policy', `${what} runs where "${spec.where}" does not hold`);
  if (slotsTaken(peer) > config.slots + roundingSlots) report('bounds', `peer ${peer.index} runs ${peer.running.size} units in ${config.slots} slots`);
  if (spec.units.kind === 'shards' && spec.units.move === 'never' && world.jobs.has(job)) {
    const { dataset } = spec.units;
    const holding = holdings.find(({ cid }) => cid === dataset);
    if (holding === undefined || !bitAt(holding.held, unit)) report('shards-stay', `${what} runs on a shard that had to move there`);
  }
}
