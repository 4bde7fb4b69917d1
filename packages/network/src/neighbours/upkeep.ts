import { messageOf, type Logger, type Metrics, type PeerId, type Random } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import type { Gossip } from '../gossip/gossip.ts';
import type { GossipRepair } from '../gossip/repair.ts';
import type { Dialler } from '../join/dialler.ts';
import { readAddresses } from '../join/dialler.ts';
import type { LostPeers } from '../join/lost-peers.ts';
import type { KnownPeers } from '../peer-store/known-peers.ts';
import type { Neighbours } from './neighbours.ts';
import { chooseLeavers } from './trim.ts';

/** Lost peers dialled in one turn: few, since they mostly do not answer. */
const lostPerTurn = 2;

export interface UpkeepInit {
  gossip: Gossip;
  repair: GossipRepair;
  neighbours: Neighbours;
  known: KnownPeers;
  lost: LostPeers;
  dialler: Dialler;
  isUseful(peer: PeerId): boolean;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
}

/** One turn of what has to be looked after for as long as the network runs. Never rejects. */
export async function upkeep(init: UpkeepInit): Promise<void> {
  const { neighbours, metrics, limits, logger } = init;
  try {
    const leavers = chooseLeavers({ ...init, neighbours: neighbours.list() });
    await Promise.all(leavers.map((peer) => neighbours.letGo(peer)));
    metrics.add('network_neighbours_trimmed_total', leavers.length);

    // With neighbours enough there is no hurry, but a cut mesh has to find its other half all the same.
    const due = init.lost.due(neighbours.count < limits.neighbourTarget ? lostPerTurn : 1);
    await Promise.all(due.map((peer) => init.dialler.dialPeer(peer, readAddresses(init.known.addressesOf(peer)))));

    metrics.add('network_gossip_repairs_total', await init.repair.turn());
    init.gossip.flush();
    metrics.set('network_neighbours', neighbours.count);
  } catch (error) {
    logger.warn('Looking after the neighbours failed', { reason: messageOf(error) });
  }
}
