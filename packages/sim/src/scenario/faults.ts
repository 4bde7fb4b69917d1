import type { PeerId } from '@shoal/runtime';
import { exponential, pick, randomStream } from '../world/random.ts';
import type { World } from '../world/world.ts';

const minuteMs = 60_000;

/** Plans the faults of a scenario; after `faultMs` none begins, and the network is whole again. */
export function planFaults(world: World): void {
  const { faults, faultMs, seed } = world.scenario;
  const { model } = world.network;
  model.lossRate = faults.lossRate;
  model.duplicateRate = faults.duplicateRate;
  model.reorderRate = faults.reorderRate;
  world.after(faultMs, () => {
    model.lossRate = 0;
    model.duplicateRate = 0;
    model.reorderRate = 0;
    world.network.passes = () => true;
    for (const peer of world.peers) if (!peer.up && !peer.gone) world.restartLater(peer);
  });
  const inFaults = (): boolean => world.elapsedMs < faultMs;
  const repeat = (name: string, perMinute: number, act: (random: ReturnType<typeof randomStream>) => void): void => {
    if (perMinute <= 0) return;
    const random = randomStream(seed, `fault/${name}`);
    const next = (): void =>
      world.after(exponential(random, minuteMs / perMinute), () => {
        if (!inFaults()) return;
        act(random);
        next();
      });
    next();
  };

  repeat('crash', faults.crashesPerMinute * world.peers.length, (random) => {
    const peer = pick(random, world.peers);
    if (!peer.up) return;
    if (random.float() < 0.5) {
      peer.armCrash();
      return;
    }
    peer.kill(random.float() < 0.7);
    world.restartLater(peer);
  });

  repeat('leave', (faults.leaveShare * world.peers.length) / (faultMs / minuteMs), (random) => {
    const peer = pick(random, world.peers.slice(world.scenario.requesters));
    const honest = world.peers.filter((other) => !other.gone && other.options.config.slots > 0 && ['honest', 'slow', 'flaky'].includes(other.options.kind));
    if (peer.gone || honest.length <= 4) return; // enough must stay for a quorum of three and a tie to be broken
    peer.kill(random.float() < 0.5);
    peer.gone = true;
  });

  repeat('partition', faults.partitionsPerMinute, (random) => {
    const share = 0.1 + random.float() * 0.8;
    const side = new Set<PeerId>(world.peers.filter(() => random.float() < share).map((peer) => peer.id));
    const oneWay = random.float() < 0.3;
    world.network.passes = (from, to) => side.has(from) === side.has(to) || (oneWay && side.has(from));
    world.network.breakLinks();
    world.after(faults.partitionMs * (0.5 + random.float()), () => (world.network.passes = () => true));
  });

  repeat('clock', faults.clockJumpsPerMinute, (random) => {
    pick(random, world.peers).clockOffsetMs += (random.float() * 2 - 1) * faults.clockJumpMs;
  });
}
