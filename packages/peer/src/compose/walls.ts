import { isolationLevels, type IsolationLevel } from '@shoal/engine';
import type { PeerOptions } from '../api.ts';
import { peerDefaults } from '../defaults.ts';

const nearby = /^\/(ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/|unix\/)/;

/** Whether everybody that can reach this peer is on this machine. */
function staysHere({ listen = [...peerDefaults.listen], bootstrap = [], mdns = false }: PeerOptions): boolean {
  return !mdns && [...listen, ...bootstrap].every((address) => nearby.test(address));
}

/**
 * The weakest walls behind which this peer runs programs of others: what its owner says, else the strongest as soon as
 * strangers can reach it. Where each member is admitted by an authority, and where only this machine can, nobody is a stranger.
 */
export function minIsolationOf(options: PeerOptions, isPrivate: boolean): IsolationLevel {
  return options.minIsolation ?? (isPrivate || staysHere(options) ? isolationLevels[0] : 'full');
}
