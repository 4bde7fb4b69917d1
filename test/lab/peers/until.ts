import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 100;

/** Asks again and again until there is an answer; fails with `what` was waited for and what was seen last. */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | undefined | false> | T | undefined | false, seen?: () => unknown): Promise<T> {
  const begin = performance.now();
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() - begin > withinMs) break;
    await sleep(pollMs);
  }
  const last = failure === undefined ? (seen === undefined ? '' : `; last seen: ${JSON.stringify(seen())}`) : `; last error: ${String(failure)}`;
  throw new Error(`waited ${Math.round(withinMs / 1_000)} s in vain for ${what}${last}`);
}
