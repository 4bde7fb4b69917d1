import type { Random } from '@shoal/runtime';

/** `minMs` doubled `failures - 1` times, at most `maxMs`, times a factor in [0.5, 1): BOINC's back-off. */
export function backOffMs(failures: number, minMs: number, maxMs: number, random: Random): number {
  return Math.min(minMs * 2 ** Math.min(failures - 1, 40), maxMs) * (0.5 + random.float() / 2);
}
