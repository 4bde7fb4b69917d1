/** Time that passes only when a test lets it: a queue of what is to happen. */
export class VirtualTime {
  now = 1_800_000_000_000;
  private queue: { at: number; run: () => void }[] = [];

  after(delayMs: number, run: () => void): void {
    const at = this.now + Math.max(0, Math.ceil(delayMs));
    let index = this.queue.length; // kept in order: most events are late ones
    while (index > 0 && (this.queue[index - 1]?.at ?? 0) > at) index -= 1;
    this.queue.splice(index, 0, { at, run });
  }

  /** Lets time pass until the condition holds, at most so long; returns whether it held. */
  runUntil(holds: () => boolean, withinMs: number): boolean {
    const end = this.now + withinMs;
    while (!holds()) {
      const next = this.queue[0];
      if (next === undefined || next.at > end) {
        this.now = end;
        return holds();
      }
      this.queue.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    return true;
  }
}
