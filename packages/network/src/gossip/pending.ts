import type { Clock } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

/** Messages that wait until there is somebody to say them to. */
export interface Pending {
  add(topic: string, message: Uint8Array): void;
  /** Takes out what `canSay` now allows, oldest first; forgets what has waited too long. */
  take(canSay: (topic: string) => boolean): { topic: string; message: Uint8Array }[];
}

export function createPending(clock: Clock, limits: Pick<NetworkLimits, 'maxPendingGossip' | 'maxPendingGossipBytes' | 'pendingGossipMs'>): Pending {
  let waiting: { topic: string; message: Uint8Array; since: number }[] = [];
  let bytes = 0;

  return {
    add(topic, message) {
      waiting.push({ topic, message, since: clock.monotonic() });
      bytes += message.byteLength;
      while (waiting.length > limits.maxPendingGossip || bytes > limits.maxPendingGossipBytes) bytes -= waiting.shift()?.message.byteLength ?? 0;
    },
    take(canSay) {
      if (waiting.length === 0) return [];
      const since = clock.monotonic() - limits.pendingGossipMs;
      const fresh = waiting.filter((entry) => entry.since > since);
      const sayable = new Map([...new Set(fresh.map(({ topic }) => topic))].map((topic) => [topic, canSay(topic)]));
      waiting = fresh.filter(({ topic }) => sayable.get(topic) !== true);
      bytes = waiting.reduce((sum, { message }) => sum + message.byteLength, 0);
      return fresh.filter(({ topic }) => sayable.get(topic) === true);
    },
  };
}
