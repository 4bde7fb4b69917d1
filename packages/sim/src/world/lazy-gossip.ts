/** Gossipsub's own numbers: a message's id is told at three heartbeats, each time to six of those who do not get it whole. */
export const heartbeatMs = 1_000;
const heartbeats = 3;
const lazyDegree = 6;
/** SHA-256 and its length and tag. */
const idBytes = 36;
/** Topic, tags and lengths of a frame. */
const frameBytes = 48;

/** What asking for a message costs. */
export const iWant = { messages: 1, bytes: idBytes + frameBytes };

/** What it looks at of a peer. */
export interface LazyGossiper<T = unknown> {
  readonly neighbours: ReadonlySet<T>;
  readonly mesh: ReadonlySet<T>;
  /** Until which heartbeat it tells ids of messages. */
  lazyUntil: number;
}

/**
 * What telling the id of one more message costs a peer: the bytes of the id, and frames for those heartbeats in which it
 * would have told nobody anything otherwise.
 */
export function lazyGossip(node: LazyGossiper, now: number): { messages: number; bytes: number } {
  const others = Math.min(lazyDegree, Math.max(0, node.neighbours.size - node.mesh.size));
  const first = Math.floor(now / heartbeatMs) + 1;
  const fresh = Math.max(0, first + heartbeats - Math.max(first, node.lazyUntil));
  node.lazyUntil = first + heartbeats;
  return { messages: others * fresh, bytes: others * (heartbeats * idBytes + fresh * frameBytes) };
}

/** To whom the id of a message is told: some of the neighbours outside the mesh, others for each message. */
export function lazyPeers<T>({ neighbours, mesh }: LazyGossiper<T>, id: number): T[] {
  const others = [...neighbours].filter((other) => !mesh.has(other));
  const first = others.length === 0 ? 0 : id % others.length;
  return [...others.slice(first), ...others.slice(0, first)].slice(0, lazyDegree);
}
