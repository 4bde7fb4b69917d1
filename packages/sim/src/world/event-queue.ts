/** Something that will happen. Ties are broken by the order in which they were planned, never by chance. */
interface Planned {
  at: number;
  order: number;
  run: () => void;
}

/** The future of a simulated world, earliest first: a binary heap. */
export class EventQueue {
  private readonly heap: Planned[] = [];
  private planned = 0;

  get size(): number {
    return this.heap.length;
  }

  /** When the next thing happens. */
  get nextAt(): number | undefined {
    return this.heap[0]?.at;
  }

  plan(at: number, run: () => void): void {
    const heap = this.heap;
    const item = { at, order: (this.planned += 1), run };
    let i = heap.push(item) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up] as Planned;
      if (sooner(parent, item)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = item;
  }

  take(): Planned | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && sooner(right, heap[child] as Planned)) child += 1;
      const smallest = heap[child] as Planned;
      if (sooner(last, smallest)) break;
      heap[i] = smallest;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function sooner(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
