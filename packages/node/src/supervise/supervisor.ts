import type { Clock, Random } from '@shoal/runtime';
import { messageOf } from '@shoal/runtime';
import { sleep } from '../cli/sleep.ts';
import { limits } from '../limits.ts';
import { backOffMs } from './backoff.ts';
import { type Child, type Exit, describeExit } from './child.ts';

export type SupervisorEvent =
  | { kind: 'started'; pid: number; restart: number }
  | { kind: 'crashed'; pid: number; exit: Exit; restartInMs: number }
  | { kind: 'gave-up'; why: string };

export interface SupervisorOptions {
  /** Starts the child; `restart` counts the restarts before. */
  start: (restart: number) => Promise<Child>;
  clock: Clock;
  random: Random;
  onEvent: (event: SupervisorEvent) => void;
}

/** Keeps a child running: starts it again when it ends unasked, after a growing pause, a bounded number of times. */
export interface Supervisor {
  /** The child that runs now. */
  current(): Child | undefined;
  /** Every process that was ever started. */
  pids(): readonly number[];
  /** Ends the child and starts it no more. */
  stop(): Promise<void>;
}

export async function supervise({ start, clock, random, onEvent }: SupervisorOptions): Promise<Supervisor> {
  const stopping = new AbortController();
  const pids: number[] = [];
  let child: Child | undefined;
  let restarts = 0;

  const begin = async (): Promise<Child> => {
    const started = await start(restarts);
    child = started;
    pids.push(started.pid);
    onEvent({ kind: 'started', pid: started.pid, restart: restarts });
    return started;
  };

  const keep = async (first: Child): Promise<void> => {
    for (let running = first, streak = 0; ; ) {
      const since = clock.monotonic();
      const exit = await running.exited;
      child = undefined;
      if (stopping.signal.aborted) return;
      if (clock.monotonic() - since >= limits.steadyAfterMs) streak = 0;
      if (streak >= limits.maxRestarts) return onEvent({ kind: 'gave-up', why: `it ended ${streak + 1} times in a row: ${describeExit(exit)}` });
      const restartInMs = backOffMs(streak, random);
      onEvent({ kind: 'crashed', pid: running.pid, exit, restartInMs });
      await sleep(clock, restartInMs, stopping.signal);
      if (stopping.signal.aborted) return;
      streak += 1;
      restarts += 1;
      running = await begin();
      // It was asked to stop while it was being started.
      if (stopping.signal.aborted) void running.stop(clock);
    }
  };

  const kept = keep(await begin()).catch((error: unknown) => onEvent({ kind: 'gave-up', why: messageOf(error) }));
  return {
    current: () => child,
    pids: () => pids,
    async stop() {
      stopping.abort();
      await child?.stop(clock);
      await kept;
    },
  };
}
