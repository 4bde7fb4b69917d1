/** What a value keeps alive, roughly: things counted one by one, and bytes of buffers and texts. */
export interface Weight {
  things: number;
  bytes: number;
}

/** Walks over everything reachable, each thing once. */
export function weigh(root: unknown): Weight {
  const seen = new Set<object>();
  const weight: Weight = { things: 0, bytes: 0 };
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const value = todo.pop();
    weight.things += 1;
    if (typeof value === 'string') weight.bytes += value.length;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) weight.bytes += value.byteLength;
    else if (value instanceof Map) for (const [key, item] of value) todo.push(key, item);
    else for (const item of value instanceof Set || Array.isArray(value) ? value : Object.values(value)) todo.push(item);
  }
  return weight;
}
