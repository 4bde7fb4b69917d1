import type { Random } from '@shoal/runtime';

const retryMs = 2_000;
const retryMaxMs = 300_000;
const maxLost = 64;
/** Dials of one peer at a time. */
const perTurn = 1;

/** Neighbours that were lost by no will of theirs: dialled again, ever less often, as @shoal/network does. */
export class LostLinks<T> {
  private readonly lost = new Map<T, { dueAt: number; waitMs: number }>();

  add(other: T, now: number, random: Random): void {
    if (this.lost.has(other)) return;
    if (this.lost.size >= maxLost) this.lost.delete(this.lost.keys().next().value as T);
    this.lost.set(other, { dueAt: now + retryMs * (0.75 + random.float() / 2), waitMs: retryMs });
  }

  delete(other: T): void {
    this.lost.delete(other);
  }

  clear(): void {
    this.lost.clear();
  }

  /** Those to be tried now; each is tried again later unless it is deleted. */
  due(now: number, random: Random): T[] {
    if (this.lost.size === 0) return [];
    const due: T[] = [];
    for (const [other, entry] of this.lost) {
      if (entry.dueAt > now) continue;
      entry.waitMs = Math.min(retryMaxMs, entry.waitMs * 1.5);
      entry.dueAt = now + entry.waitMs * (0.75 + random.float() / 2);
      due.push(other);
      if (due.length >= perTurn) break;
    }
    return due;
  }
}
