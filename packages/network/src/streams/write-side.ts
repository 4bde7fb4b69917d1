import type { Stream } from '@libp2p/interface';
import type { Uint8ArrayList } from 'uint8arraylist';
import { messageOf, type Clock } from '@shoal/runtime';
import { NetworkError } from '../errors.ts';

/**
 * Hands bytes to the stream and waits until it takes more. libp2p's own `onDrain()` waits only the first time:
 * its promise is never renewed, and a fast writer then fills the memory.
 */
export async function writeTo(stream: Stream, data: Uint8Array | Uint8ArrayList, clock: Clock, stallMs: number): Promise<void> {
  try {
    stream.send(data);
  } catch (cause) {
    throw new NetworkError('stream-closed', `Cannot write to the stream: ${messageOf(cause)}`, { cause });
  }
  while (stream.writableNeedsDrain) await drained(stream, clock, stallMs);
}

function drained(stream: Stream, clock: Clock, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: NetworkError): void => {
      cancel();
      stream.removeEventListener('drain', onDrain);
      stream.removeEventListener('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = (): void => done();
    const onClose = (): void => done(new NetworkError('stream-closed', 'The stream was closed while a write waited'));
    const cancel = clock.setTimer(stallMs, () => {
      const error = new NetworkError('stream-timeout', `The other side took nothing for ${stallMs} ms`);
      done(error);
      stream.abort(error);
    });
    stream.addEventListener('drain', onDrain);
    stream.addEventListener('close', onClose);
    if (stream.status !== 'open' && stream.status !== 'closing') onClose();
  });
}
