import type { Stream } from '@libp2p/interface';
import { deadline, messageOf, type ByteStream, type Clock, type PeerId } from '@shoal/runtime';
import { NetworkError } from '../errors.ts';
import { ReadSide } from './read-side.ts';
import { writeTo } from './write-side.ts';

export interface StreamLimits {
  readAheadBytes: number;
  streamStallMs: number;
}

/** A libp2p stream as the Network port has it: back-pressure both ways, an end that is told from a cut. */
export function toByteStream(stream: Stream, peer: PeerId, clock: Clock, limits: StreamLimits): ByteStream {
  const source = new ReadSide(stream, clock, limits);
  return {
    peer,
    source,
    write: (chunk) => (chunk.byteLength === 0 ? Promise.resolve() : writeTo(stream, chunk, clock, limits.streamStallMs)),
    async close() {
      try {
        await stream.close({ signal: deadline(limits.streamStallMs) });
      } catch (cause) {
        const error = new NetworkError('stream-closed', `The stream could not be closed in order: ${messageOf(cause)}`, { cause });
        stream.abort(error);
        throw error;
      }
    },
    abort: (reason) => stream.abort(reason),
  };
}

/** Resolves when both sides have ended, or false when `lingerMs` has passed. */
export function ended(stream: Stream, clock: Clock, lingerMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.status !== 'open' && stream.status !== 'closing') {
      resolve(true);
      return;
    }
    const onClose = (): void => {
      cancel();
      resolve(true);
    };
    const cancel = clock.setTimer(lingerMs, () => {
      stream.removeEventListener('close', onClose);
      resolve(false);
    });
    stream.addEventListener('close', onClose, { once: true });
  });
}
