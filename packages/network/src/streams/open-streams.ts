import type { Stream } from '@libp2p/interface';

/**
 * Streams of callers that have not ended. When the network stops they are cut: libp2p would close them in order,
 * and the other side would take half of a transfer for the whole.
 */
export interface OpenStreams {
  add(stream: Stream): void;
  abortAll(reason: Error): void;
}

export function createOpenStreams(): OpenStreams {
  const open = new Set<Stream>();
  return {
    add(stream) {
      open.add(stream);
      stream.addEventListener('close', () => open.delete(stream), { once: true });
    },
    abortAll(reason) {
      // A side that has written all it had to say, and read all there was, has nothing left to be cut.
      for (const stream of open) if (stream.writeStatus === 'writable' || !stream.readableEnded) stream.abort(reason);
    },
  };
}
