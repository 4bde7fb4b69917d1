import type { Message } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { World } from '../world/world.ts';
import type { Report } from './report.ts';

/** A result is asked for only once as many of different operators as the quorum needs have committed to theirs. */
export function checkAsked(world: World, peer: SimPeer, message: Message, report: Report): void {
  if (message.type !== 'reveal') return;
  const open = peer.engine.requested.get(message.job);
  if (open === undefined) return;
  const { quorum, adaptive } = open.spec.verify;
  const needed = adaptive === true ? 1 : quorum; // one who is believed is asked alone
  for (const unit of message.units) {
    const committed = [...(open.ledger.units.get(unit)?.commitments.keys() ?? [])];
    const operators = new Set(committed.map((worker) => world.peerOf(worker)?.options.config.operator?.key.join() ?? worker));
    if (operators.size < needed) report('shown-too-early', `peer ${peer.index} asks for a result of unit ${unit} when ${operators.size} of ${needed} have committed to theirs`);
  }
}
