import type { PeerId, Random } from '@shoal/runtime';
import type { SimPeer } from '../world/peer.ts';
import { exponential, pick, randomStream } from '../world/random.ts';
import type { World } from '../world/world.ts';

const minuteMs = 60_000;

/** Plans the faults of a scenario; after `faultMs` none begins, and the network is whole again. */
export function planFaults(world: World): void {
  const { faults, faultMs } = world.scenario;
  const { model } = world.network;
  model.lossRate = faults.lossRate;
  model.duplicateRate = faults.duplicateRate;
  model.reorderRate = faults.reorderRate;
  planPeerFaults(world);
  planNetworkFaults(world);
  planNights(world);
  planAbsences(world);
  world.after(faultMs, () => heal(world));
}

function heal(world: World): void {
  const { model } = world.network;
  model.lossRate = 0;
  model.duplicateRate = 0;
  model.reorderRate = 0;
  world.network.passes = () => true;
  world.network.clogged = () => 0;
  for (const hostile of world.hostile) hostile.leave();
  world.hostile.length = 0;
  for (const peer of world.peers) if (!peer.up && !peer.gone && !world.isNight(peer) && !world.away.has(peer)) world.restartLater(peer);
}

/** Does something again and again, at random moments, while there are faults. */
function repeat(world: World, name: string, perMinute: number, act: (random: Random) => void): void {
  if (perMinute <= 0) return;
  const random = randomStream(world.scenario.seed, `fault/${name}`);
  const next = (): void =>
    world.after(exponential(random, minuteMs / perMinute), () => {
      if (world.elapsedMs >= world.scenario.faultMs) return;
      act(random);
      next();
    });
  next();
}

function planPeerFaults(world: World): void {
  const { faults, faultMs } = world.scenario;
  const { peers } = world;
  repeat(world, 'crash', faults.crashesPerMinute * peers.length, (random) => {
    const peer = pick(random, peers);
    const armed = random.float() < 0.5;
    const told = random.float() < 0.7;
    if (!peer.up || (faults.requestersStay && peer.options.config.slots === 0)) return;
    if (armed) return peer.armCrash();
    peer.kill(told);
    world.restartLater(peer);
  });

  repeat(world, 'leave', (faults.leaveShare * peers.length) / (faultMs / minuteMs), (random) => {
    const peer = pick(random, peers.slice(world.scenario.requesters));
    const told = random.float() < 0.5;
    if (world.maySpare(peer)) leave(peer, told);
  });

  repeat(world, 'lid', faults.lidsPerMinute * peers.length, (random) => {
    const peer = pick(random, peers);
    const forMs = exponential(random, faults.lidMs);
    if (peer.up) peer.freeze(Math.min(forMs, 5 * minuteMs, faultMs - world.elapsedMs + 20_000));
  });

  repeat(world, 'clock', faults.clockJumpsPerMinute, (random) => {
    pick(random, peers).clockOffsetMs += Math.round((random.float() * 2 - 1) * faults.clockJumpMs);
  });

  const random = randomStream(world.scenario.seed, 'fault/vanish');
  for (const peer of peers.slice(0, world.scenario.vanishing)) {
    world.after(world.scenario.vanishAtMs ?? 4_000 + random.integer(faultMs - 4_000), () => {
      world.noteEntrusted(peer);
      leave(peer, random.float() < 0.5);
    });
  }
}

function leave(peer: SimPeer, told: boolean): void {
  peer.kill(told);
  peer.gone = true;
}

function planNetworkFaults(world: World): void {
  const { faults } = world.scenario;
  const { network, peers } = world;
  repeat(world, 'partition', faults.partitionsPerMinute, (random) => {
    const share = 0.1 + random.float() * 0.8;
    const side = new Set<PeerId>(peers.filter(() => random.float() < share).map((peer) => peer.id));
    const oneWay = random.float() < 0.3;
    network.passes = (from, to) => side.has(from) === side.has(to) || (oneWay && side.has(from));
    network.breakLinks();
    world.after(faults.partitionMs * (0.5 + random.float()), () => (network.passes = () => true));
  });

  const clogs = new Map<PeerId, Map<PeerId, number>>();
  network.clogged = (from, to) => (clogs.size === 0 ? 0 : (clogs.get(from)?.get(to) ?? 0));
  repeat(world, 'clog', faults.clogsPerMinute, (random) => {
    const from = pick(random, peers).id;
    clogs.set(from, (clogs.get(from) ?? new Map()).set(pick(random, peers).id, world.now + random.float() * 2 * faults.clogMs));
  });
}

/** Requesters go once their jobs are entrusted to others, and come back to what those did. */
function planAbsences(world: World): void {
  const { awayMs, requesters, seed } = world.scenario;
  if (awayMs === undefined) return;
  const random = randomStream(seed, 'fault/away');
  for (const peer of world.peers.slice(0, requesters)) {
    world.after(12_000 + random.integer(13_000), () => {
      if (!peer.up) return;
      peer.kill(random.float() < 0.5);
      world.away.add(peer);
      world.after(awayMs, () => {
        world.away.delete(peer);
        if (!peer.up && !peer.gone) peer.start();
      });
    });
  }
}

/** A share of the workers is shut every evening and comes back in the morning. */
function planNights(world: World): void {
  const { nightly } = world.scenario;
  if (nightly === undefined) return;
  const random = randomStream(world.scenario.seed, 'nights');
  const halfHourMs = 1_800_000;
  for (const peer of world.peers.slice(world.scenario.requesters)) {
    if (random.float() >= nightly.share) continue;
    world.nightly.add(peer);
    const evening = (atMs: number): void =>
      world.at(atMs, () => {
        if (peer.up) peer.kill(true);
        world.after(nightly.offForMs, () => {
          if (!peer.up && !peer.gone) peer.start();
        });
        evening(atMs + nightly.periodMs);
      });
    evening(nightly.offAtMs + random.integer(halfHourMs));
  }
}
