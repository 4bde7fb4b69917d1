import { NodeError } from '../errors.ts';

/** Runs a task that Ctrl-C ends; it then fails with `interrupted`, whatever the task made of it. */
export async function interruptible<T>(task: (signal: AbortSignal) => Promise<T>, hint?: string): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new NodeError('interrupted', 'Interrupted', hint === undefined ? {} : { hint }));
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await task(stop.signal);
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
