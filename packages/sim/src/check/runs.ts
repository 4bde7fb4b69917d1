import type { Cid } from '@shoal/runtime';
import { bitAt, isOpenAt, matchSelector, parseSelector, unitsInSlot, type Effect } from '@shoal/engine';
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

/** By the clock of the peer, not by what its engine has made of it. */
function checkOwner(peer: SimPeer, { requester, spec }: Extract<Effect, { type: 'execute' }>, what: string, report: Report): void {
  const { programs, hours } = peer.options.config.policy;
  if (requester === peer.id) return;
  if ([spec.program.cid, spec.program.engine].some((name) => programs?.denied?.has(name) === true)) report('policy', `${what} is of a program that its owner does not run`);
  if (programs?.allowed !== undefined && ![spec.program.cid, spec.program.engine].some((name) => programs.allowed?.has(name) === true)) report('policy', `${what} is of a program that its owner does not let in`);
  if (hours !== undefined && !isOpenAt(hours, peer.clock().now())) report('policy', `${what} begins outside of its owner's hours`);
}

/** A peer begins a run: may it, by its owner's policy and by the job's? */
export function checkRun(world: World, peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>, report: Report): void {
  const { job, unit, requester, spec } = effect;
  const what = `unit ${unit} at peer ${peer.index}`;
  const { config, holdings } = peer.options;
  if (config.policy.denied.has(requester)) report('policy', `${what} runs for a requester that its owner denies`);
  checkOwner(peer, effect, what, report);
  if (matchSelector(parseSelector(spec.where), config.labels).verdict !== 'yes') report('policy', `${what} runs where "${spec.where}" does not hold`);
  if (slotsTaken(peer) > config.slots + roundingSlots) report('bounds', `peer ${peer.index} runs ${peer.running.size} units in ${config.slots} slots`);
  if (spec.units.kind === 'shards' && spec.units.move === 'never' && world.jobs.has(job)) {
    const { dataset } = spec.units;
    const holding = holdings.find(({ cid }) => cid === dataset);
    if (holding === undefined || !bitAt(holding.held, unit)) report('shards-stay', `${what} runs on a shard that had to move there`);
  }
}
