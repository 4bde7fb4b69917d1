import type { PeerId } from '@shoal/runtime';
import type { Timings } from '@shoal/engine';
import { expect, test } from 'vitest';
import { Checker } from './check/checker.ts';
import { noFaults, type Scenario, type SimJob } from './scenario/scenario.ts';
import { specOf } from './world/job-specs.ts';
import { World } from './world/world.ts';

/** Seconds of the machine, where others use it too. */
const timeout = 300_000;

function worldOf(peers: number, timings: Partial<Timings>, seed = 1): World {
  const scenario: Scenario = {
    seed, peers, requesters: 1, regions: 3, kinds: {}, hostile: {}, vanishing: 0, hiddenShare: 0, deniedShare: 0, clockSkewMs: 1_000, clockDrift: 0, slots: 1,
    fuelPerMs: 1_000, jitterShare: 0.2, timings, jobs: [], faults: noFaults, faultMs: 3_600_000, restMs: 0,
  };
  return new World(scenario, new Checker(scenario));
}

const isFull = (world: World): boolean => world.peers.every(({ engine }) => engine.roster.size === world.peers.length);

/** Seconds until it holds, at most so many. */
function secondsUntil(world: World, holds: () => boolean, mostSeconds: number): number {
  const from = world.elapsedMs;
  while (!holds() && world.elapsedMs < from + mostSeconds * 1_000) world.runTo(world.elapsedMs + 500);
  return (world.elapsedMs - from) / 1_000;
}

test('two halves that were cut become one again: each advert is known to all within thirty seconds', { timeout }, () => {
  const world = worldOf(60, {});
  world.runTo(60_000);
  expect(isFull(world)).toBe(true);
  const left = new Set<PeerId>(world.peers.filter(({ index }) => index % 5 < 3).map(({ id }) => id));
  world.network.passes = (from, to) => left.has(from) === left.has(to);
  world.network.breakLinks();
  world.runTo(240_000);
  for (const { engine, id } of world.peers) expect(engine.roster.size).toBe(left.has(id) ? 36 : 24);
  world.network.passes = () => true;
  expect(secondsUntil(world, () => isFull(world), 60)).toBeLessThanOrEqual(30);
  expect(world.watch.violations).toEqual([]);
});

/** Number of a peer that so many know at least, itself among them, and as few more as can be; the requester does not. */
function knownTo(least: number, { peers }: World): number {
  const [requester, ...others] = peers;
  const strangers = others.filter(({ id }) => requester?.engine.roster.get(id) === undefined);
  const counted = strangers.map(({ id, index }) => ({ index, knowing: peers.filter(({ engine }) => engine.roster.get(id) !== undefined).length }));
  const [one] = counted.filter(({ knowing }) => knowing >= least).sort((a, b) => a.knowing - b.knowing);
  if (one === undefined || one.knowing > peers.length / 6) throw new Error('everybody is known to many');
  return one.index;
}

/** Seconds from posting a job for the peer of that number to its bid. */
function secondsToBid(world: World, number: number): number {
  const job: SimJob = { atMs: 0, requester: 0, units: 2, quorum: 1, adaptive: false, fuel: 1_000_000, retries: 3, holders: 0, where: `number=${number}` };
  const id = world.peers[0]?.submit(specOf(job, number, world.crypto));
  if (id === undefined) throw new Error('nothing was posted');
  return secondsUntil(world, () => (world.peers[0]?.engine.requested.get(id)?.ledger.bids.size ?? 0) > 0, 30);
}

/** Each peer knows a part of the others. */
const sampled: Partial<Timings> = { largeMeshPeers: 30, smallMeshPeers: 10, maxRoster: 50, shuffleEveryMs: 20_000 };

test('in a large mesh traffic does not grow with the mesh, and one peer among all gets the job within seconds', { timeout }, () => {
  const perMinute = [150, 300].map((peers) => {
    const world = worldOf(peers, sampled);
    for (const { index, options } of world.peers) options.config.labels = { number: `${index}` };
    world.runTo(180_000);
    const before = { ...world.network.totals };
    world.runTo(300_000);
    const { messages, bytes } = world.network.totals;
    const traffic = { messages: (messages - before.messages) / peers / 2, bytes: (bytes - before.bytes) / peers / 2 };

    // One in eight knows it; some sixty can be asked, all who are connected or in the roster.
    expect(secondsToBid(world, knownTo(peers / 7.5, world))).toBeLessThanOrEqual(6);
    expect(secondsToBid(world, knownTo(1, world))).toBeLessThanOrEqual(14); // gossip of the offer finds whom nobody names
    expect(world.watch.violations).toEqual([]);
    return traffic;
  });
  const [some, twice] = perMinute as [{ messages: number; bytes: number }, { messages: number; bytes: number }];
  expect(twice.messages / some.messages).toBeLessThan(1.3);
  expect(twice.bytes / some.bytes).toBeLessThan(1.3);
});
