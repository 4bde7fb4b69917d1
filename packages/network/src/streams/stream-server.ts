import type { Stream } from '@libp2p/interface';
import { messageOf, type ByteStream, type Clock, type Logger, type Metrics, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { NetworkError } from '../errors.ts';
import { ended, toByteStream } from './byte-stream.ts';
import type { OpenStreams } from './open-streams.ts';

export type StreamHandler = (stream: ByteStream) => Promise<void>;

export interface StreamServerInit {
  node: MeshNode;
  streams: OpenStreams;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
}

/** Answers streams of one protocol. Whatever its handler does, the stream ends and is no longer counted. */
export async function serveStreams(init: StreamServerInit, protocol: string, handler: StreamHandler): Promise<void> {
  const { clock, limits, logger, metrics } = init;
  let open = 0;

  const answer = async (stream: Stream, peer: PeerId): Promise<void> => {
    const bytes = toByteStream(stream, peer, clock, limits);
    try {
      await handler(bytes);
      // Closing twice is harmless; a handler that aborted has nothing left to close.
      if (stream.writeStatus === 'writable') await bytes.close();
    } catch (error) {
      logger.debug('A stream ended with an error', { protocol, peer, reason: messageOf(error) });
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!(await ended(stream, clock, limits.streamLingerMs))) {
      stream.abort(new NetworkError('stream-timeout', 'The other side left a finished stream open'));
    }
  };

  await init.node.handle(
    protocol,
    (stream, connection) => {
      if (open >= limits.maxInboundStreamsPerProtocol) {
        metrics.add('network_streams_refused_total');
        stream.abort(new NetworkError('stream-refused', `More than ${limits.maxInboundStreamsPerProtocol} streams of ${protocol} are open`));
        return;
      }
      open += 1;
      init.streams.add(stream);
      metrics.add('network_streams_served_total');
      void answer(stream, connection.remotePeer.toString() as PeerId).finally(() => {
        open -= 1;
      });
    },
    { maxInboundStreams: limits.maxInboundStreamsPerPeer, maxOutboundStreams: limits.maxOutboundStreamsPerPeer },
  );
}
