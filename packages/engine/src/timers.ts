/** Named deadlines. Setting a name again replaces it; a binary heap with lazy deletion keeps both cheap. */
export class Timers {
  private readonly due = new Map<string, number>();
  private heap: { at: number; key: string }[] = [];

  get size(): number {
    return this.due.size;
  }

  set(key: string, at: number): void {
    if (this.due.get(key) === at) return;
    this.due.set(key, at);
    this.push({ at, key });
    if (this.heap.length > 64 && this.heap.length > this.due.size * 4) this.rebuild();
  }

  /** Sets it unless an earlier one is set already. */
  setNoLater(key: string, at: number): void {
    const set = this.due.get(key);
    if (set === undefined || set > at) this.set(key, at);
  }

  clear(key: string): void {
    this.due.delete(key);
  }

  /** What is set, in no order. */
  names(): string[] {
    return [...this.due.keys()];
  }

  /** When the next one is due. */
  next(): number | undefined {
    this.dropStale();
    return this.heap[0]?.at;
  }

  /** Removes and returns the names that are due, earliest first. */
  take(now: number): string[] {
    const taken: string[] = [];
    for (this.dropStale(); this.heap[0] !== undefined && this.heap[0].at <= now; this.dropStale()) {
      taken.push(this.heap[0].key);
      this.due.delete(this.heap[0].key);
      this.pop();
    }
    return taken;
  }

  private dropStale(): void {
    for (let top = this.heap[0]; top !== undefined && this.due.get(top.key) !== top.at; top = this.heap[0]) this.pop();
  }

  private rebuild(): void {
    this.heap = [];
    for (const [key, at] of this.due) this.push({ at, key });
  }

  private push(item: { at: number; key: string }): void {
    const heap = this.heap;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up] as { at: number; key: string };
      if (before(parent, item)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = item;
  }

  private pop(): void {
    const heap = this.heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child] as { at: number; key: string })) child += 1;
      const smallest = heap[child] as { at: number; key: string };
      if (before(last, smallest)) break;
      heap[i] = smallest;
      i = child;
    }
    heap[i] = last;
  }
}

/** Ties by name: the order must not depend on insertion. */
function before(a: { at: number; key: string }, b: { at: number; key: string }): boolean {
  return a.at < b.at || (a.at === b.at && a.key <= b.key);
}
