import type { Clock } from '@shoal/runtime';

/** One press reaches a process twice when npm or a shell passes signals on besides the terminal. */
const sameWithinMs = 150;

export interface Leaving {
  /** Aborts at the first signal that asks to leave. */
  readonly signal: AbortSignal;
  /** Leaves as if a signal had come. */
  leave(why: string): void;
  /** Gives the signals back. */
  dispose(): void;
}

export interface LeavingOptions {
  clock: Clock;
  /** Called at the second Ctrl-C. */
  atOnce: () => void;
  /** Whether the end of the terminal ends the process; not when its output goes elsewhere (nohup, a service). */
  onHangUp: boolean;
}

/**
 * Ctrl-Z (SIGTSTP) stops this process, and the processes that run units are not in its group: they are made to stand still
 * first. `fg` (SIGCONT) lets them go on. Returns what gives the signals back.
 */
export function onSuspend(pause: () => Promise<void>, resume: () => void): () => void {
  const suspend = (): void => void pause().finally(() => process.kill(process.pid, 'SIGSTOP'));
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  return () => {
    process.off('SIGTSTP', suspend);
    process.off('SIGCONT', resume);
  };
}

/** Ctrl-C, SIGTERM and the end of the terminal ask to leave; a second Ctrl-C leaves at once. */
export function onLeave({ clock, atOnce, onHangUp }: LeavingOptions): Leaving {
  const stop = new AbortController();
  let since: number | undefined;
  const leave = (why: string): void => {
    if (since === undefined) {
      since = clock.monotonic();
      stop.abort(new Error(why));
    } else if (clock.monotonic() - since > sameWithinMs) atOnce();
  };
  const handlers = new Map<NodeJS.Signals, () => void>([
    ['SIGINT', () => leave('SIGINT')],
    ['SIGTERM', () => leave('SIGTERM')],
    ['SIGHUP', () => (onHangUp ? leave('SIGHUP') : undefined)],
  ]);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    signal: stop.signal,
    leave,
    dispose: () => {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
