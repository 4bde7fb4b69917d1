import { bitAt, matchSelector, parseSelector, type Effect } from '@shoal/engine';
import type { SimPeer } from '../world/peer.ts';
import type { World } from '../world/world.ts';
import type { Report } from './report.ts';

/** A peer begins a run: may it, by its owner's policy and by the job's? */
export function checkRun(world: World, peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>, report: Report): void {
  const { job, unit, requester, spec } = effect;
  const what = `unit ${unit} at peer ${peer.index}`;
  const { config, holdings } = peer.options;
  if (config.policy.denied.has(requester)) report('policy', `${what} runs for a requester that its owner denies`);
  if (matchSelector(parseSelector(spec.where), config.labels).verdict !== 'yes') report('policy', `${what} runs where "${spec.where}" does not hold`);
  if (peer.running.size > config.slots) report('bounds', `peer ${peer.index} runs ${peer.running.size} units in ${config.slots} slots`);
  if (spec.units.kind === 'shards' && spec.units.move === 'never' && world.jobs.has(job)) {
    const { dataset } = spec.units;
    const holding = holdings.find(({ cid }) => cid === dataset);
    if (holding === undefined || !bitAt(holding.held, unit)) report('shards-stay', `${what} runs on a shard that had to move there`);
  }
}
