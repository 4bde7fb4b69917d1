import { silentLogger } from '@shoal/runtime';
import type { Peer, PeerOptions } from './api.ts';
import { openStorage } from './compose/storage.ts';
import { checkOptions, startPeer } from './start-peer.ts';

/**
 * Starts a peer: it opens its data, joins the mesh, and works, requests and holds data until it is stopped.
 * Fails with `store-locked` where another process uses the same data directory.
 *
 * @example
 * await using peer = await createPeer({ dataDir: './my-peer', bootstrap: ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…'] });
 */
export async function createPeer(options: PeerOptions = {}): Promise<Peer> {
  checkOptions(options);
  return startPeer(options, await openStorage(options, options.logger ?? silentLogger));
}
