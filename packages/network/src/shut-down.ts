import { messageOf, type Clock, type Logger } from '@shoal/runtime';
import type { MeshNode } from './composition.ts';
import type { Parts } from './parts.ts';
import { NetworkError } from './errors.ts';
import type { KnownPeers } from './peer-store/known-peers.ts';
import type { OpenStreams } from './streams/open-streams.ts';

export interface ShutDownInit {
  node: MeshNode | undefined;
  parts: Parts | undefined;
  known: KnownPeers;
  streams: OpenStreams;
  clock: Clock;
  logger: Logger;
  graceMs: number;
}

/** Ends everything in order; what does not end within the grace is cut. */
export async function shutDown(init: ShutDownInit): Promise<void> {
  const { node, parts, known, clock, logger } = init;
  // A stream to a peer that reads no more would be waited for without end.
  const cancel = clock.setTimer(init.graceMs, () => {
    for (const connection of node?.getConnections() ?? []) connection.abort(new Error('network stopped'));
  });
  init.streams.abortAll(new NetworkError('stream-closed', 'The network is stopping'));
  try {
    await parts?.stop();
    await known.close();
    await node?.stop();
  } catch (error) {
    logger.warn('The network did not stop in order', { reason: messageOf(error) });
  } finally {
    cancel();
  }
}
