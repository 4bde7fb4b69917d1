/** Who calls whom, in flat arrays: large programs have half a million functions. */
export class CallGraph {
  readonly #first: number;
  readonly #count: number;
  #edges = new Int32Array(1024);
  #edgeCount = 0;
  /** Where each function's edges end; they begin where those of the one before end. */
  readonly #ends: Int32Array;
  readonly #indirect: Uint8Array;
  #added = 0;

  /** For functions numbered from `first`, added in order. Calls of lower numbers (imports) are left out. */
  constructor(first: number, count: number) {
    this.#first = first;
    this.#count = count;
    this.#ends = new Int32Array(count);
    this.#indirect = new Uint8Array(count);
  }

  /** Notes a call by the function that is being added. */
  call(callee: number): void {
    if (callee < this.#first) return;
    if (this.#edgeCount === this.#edges.length) {
      const grown = new Int32Array(this.#edges.length * 2);
      grown.set(this.#edges);
      this.#edges = grown;
    }
    this.#edges[this.#edgeCount++] = callee - this.#first;
  }

  /** Ends a function. `indirect`: it calls through a table, and so perhaps any function. */
  finish(indirect: boolean): void {
    this.#ends[this.#added] = this.#edgeCount;
    this.#indirect[this.#added++] = indirect ? 1 : 0;
  }

  /** The n-th node that a node leads to, -1 when there are no more. The last node stands for "any function". */
  #edge(node: number, n: number): number {
    if (node === this.#count) return n < this.#count ? n : -1;
    const start = node === 0 ? 0 : (this.#ends[node - 1] as number);
    const at = start + n;
    const end = this.#ends[node] as number;
    if (at < end) return this.#edges[at] as number;
    return at === end && this.#indirect[node] === 1 ? this.#count : -1;
  }

  /**
   * Marks with 1 what lies on a cycle of calls: strongly connected components of several members, and functions that
   * call themselves (Tarjan's algorithm, without recursion of its own).
   */
  recursive(): Uint8Array {
    const nodes = this.#count + 1;
    const marked = new Uint8Array(nodes);
    const order = new Int32Array(nodes).fill(-1);
    const low = new Int32Array(nodes);
    const open = new Uint8Array(nodes);
    const stack = new Int32Array(nodes);
    const path = new Int32Array(nodes);
    const nextEdge = new Int32Array(nodes);
    let stackSize = 0;
    let pathSize = 0;
    let next = 0;
    const enter = (node: number): void => {
      order[node] = low[node] = next++;
      stack[stackSize++] = node;
      open[node] = 1;
      path[pathSize++] = node;
    };
    const lower = (node: number, to: number): void => void (low[node] = Math.min(low[node] as number, to));
    const close = (node: number): void => {
      const alone = stack[stackSize - 1] === node;
      for (let member = -1; member !== node; ) {
        member = stack[--stackSize] as number;
        open[member] = 0;
        if (!alone) marked[member] = 1;
      }
    };
    for (let root = 0; root < nodes; root++) {
      if (order[root] !== -1) continue;
      enter(root);
      while (pathSize > 0) {
        const node = path[pathSize - 1] as number;
        const callee = this.#edge(node, (nextEdge[node] as number)++);
        if (callee === -1) {
          pathSize--;
          if (low[node] === order[node]) close(node);
          if (pathSize > 0) lower(path[pathSize - 1] as number, low[node] as number);
        } else if (order[callee] === -1) enter(callee);
        else {
          if (callee === node) marked[node] = 1;
          if (open[callee] === 1) lower(node, order[callee] as number);
        }
      }
    }
    return marked;
  }
}
