import type { Clock } from '@shoal/runtime';
import { TransferError } from '../errors.ts';

/** The promise's outcome, or `transfer-stalled` after so long. */
export function within<T>(clock: Clock, promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.setTimer(timeoutMs, () => reject(new TransferError('transfer-stalled', `${what} for ${timeoutMs} ms`)));
    promise.then(resolve).catch(reject).finally(cancel);
  });
}
