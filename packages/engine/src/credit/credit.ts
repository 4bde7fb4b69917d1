/** Jobs for which this peer got a receipt are noted in this scope of the journal, by id. */
export const creditScope = 'credit';

/** Weight of the deadline in the bonus. Source: Folding@home's quick-return bonus, k = 0.75. */
const bonusWeight = 0.75;
/** Share of the time to the deadline after which there is no bonus: Folding@home's usual 2 of 5 days. */
const timeoutShare = 0.4;

/**
 * Credit for work: its fuel, and more for bringing it quickly: base * max(1, sqrt(k * deadline / elapsed)), without a
 * bonus after the time-out or where the job has no deadline.
 * @param fuel cost of the units, deterministic
 * @param elapsedMs from the lease to the last accepted unit
 * @param deadlineMs from the posting to the deadline
 */
export function creditOf(input: { fuel: number; elapsedMs: number; deadlineMs: number | undefined; timeoutMs?: number }): number {
  const { fuel, elapsedMs, deadlineMs } = input;
  if (deadlineMs === undefined) return fuel;
  const timeoutMs = input.timeoutMs ?? timeoutShare * deadlineMs;
  if (elapsedMs >= timeoutMs) return fuel;
  return Math.floor(fuel * Math.max(1, Math.sqrt((bonusWeight * deadlineMs) / Math.max(elapsedMs, 1))));
}
