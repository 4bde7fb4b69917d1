import type { PeerId, Random } from '@shoal/runtime';
import type { EventQueue } from './event-queue.ts';
import type { LinkModel } from './links.ts';
import { heartbeatMs, iWant, lazyGossip, lazyPeers } from './lazy-gossip.ts';
import { LostLinks } from './lost-links.ts';
import { exponential } from './random.ts';

/** What a peer of the world hears from the network. */
export interface Ears {
  message(from: PeerId, bytes: Uint8Array): void;
  /** Whether to pass it on. */
  gossip(topic: string, from: PeerId, bytes: Uint8Array): boolean;
  connected(peer: PeerId): void;
  disconnected(peer: PeerId): void;
}

export interface NodeOptions {
  region: number;
  /** Behind a NAT: it dials, and is not dialled. */
  hidden: boolean;
  uplinkBytesPerMs: number;
}

interface Link {
  usedAt: number;
  /** When the last message in this direction arrives: a stream keeps its order. */
  arrivesAt: number;
}

interface Node extends NodeOptions {
  id: PeerId;
  index: number;
  ears: Ears | undefined;
  /** Overlay links. */
  neighbours: Set<Node>;
  /** Those of them over which gossip travels whole; the others are told ids. */
  mesh: Set<Node>;
  /** Neighbours whose link broke, and when to dial them again. */
  lost: LostLinks<Node>;
  /** Until which heartbeat it tells ids of messages. */
  lazyUntil: number;
  /** All open connections, the overlay's among them. */
  links: Map<Node, Link>;
  /** When its uplink is free again. */
  uplinkFreeAt: number;
  /** Gossip that came, or is on its way, by its number: when it arrives first. */
  heard: Map<number, number>;
  sent: { messages: number; bytes: number };
}

const neighbourFloor = 8;
const neighbourCap = 16;
/** Somebody lost and found again is welcome beyond that. */
const lostCap = 24;
/** As in @shoal/network: gossipsub's mesh among the neighbours. */
const meshDegree = { low: 4, wanted: 6, high: 10 };
/** A connection that nobody used for so long is closed, unless it is an overlay link. */
const idleMs = 120_000;
/** A connection to a peer that vanished is noticed after this where nothing says so. */
const deadLinkMs = 10_000;
const reorderHoldMs = 2_000;
const maxHeard = 4_096;

/** Connections, messages and gossip between simulated peers, with everything that goes wrong on the way. */
export class SimNetwork {
  model: LinkModel;
  /** Whether bytes get from one peer to the other now; one-way partitions say no for one direction. */
  passes: (from: PeerId, to: PeerId) => boolean = () => true;
  /** Until when messages from one peer to another are stuck on the way: a clogged link. */
  clogged: (from: PeerId, to: PeerId) => number = () => 0;
  readonly totals = { messages: 0, bytes: 0, lost: 0 };
  /** Told of every message, for the trace. */
  onCarry: (from: number, to: number, bytes: Uint8Array) => void = () => {};
  private readonly nodes = new Map<PeerId, Node>();
  private readonly up: Node[] = [];
  private readonly events: EventQueue;
  private readonly now: () => number;
  private readonly random: Random;
  private published = 0;

  constructor(input: { model: LinkModel; events: EventQueue; now: () => number; random: Random }) {
    this.model = input.model;
    this.events = input.events;
    this.now = input.now;
    this.random = input.random;
  }

  add(id: PeerId, options: NodeOptions): void {
    this.nodes.set(id, {
      id,
      index: this.nodes.size,
      ...options,
      ears: undefined,
      neighbours: new Set(),
      mesh: new Set(),
      lost: new LostLinks(),
      lazyUntil: 0,
      links: new Map(),
      uplinkFreeAt: 0,
      heard: new Map(),
      sent: { messages: 0, bytes: 0 },
    });
  }

  /** The peer is up: it links to others until the floor holds. */
  join(id: PeerId, ears: Ears): void {
    const node = this.node(id);
    for (const other of node.links.keys()) this.unlink(node, other); // a new process knows nothing of the old one's
    node.ears = ears;
    node.lost.clear();
    this.up.push(node);
    this.linkUp(node);
  }

  /** The peer is gone. `told`: its connections were closed, so that the others know at once. */
  leave(id: PeerId, told: boolean): void {
    const node = this.node(id);
    node.ears = undefined;
    this.up.splice(this.up.indexOf(node), 1);
    node.heard.clear();
    this.cut(node, told ? 1 : deadLinkMs);
  }

  /** The peer does not answer for a while, and does not know: the others' connections to it time out. */
  freeze(id: PeerId, forMs: number): void {
    if (forMs > deadLinkMs) this.cut(this.node(id), deadLinkMs);
  }

  /** Breaks the connections between peers that do not reach each other any more. */
  breakLinks(): void {
    const now = this.now();
    for (const node of this.up) {
      for (const [other, link] of node.links) {
        if (this.passes(node.id, other.id) && this.passes(other.id, node.id)) continue;
        if (node.neighbours.has(other)) node.lost.add(other, now, this.random);
        this.unlinkLater(node, other, link, deadLinkMs);
      }
    }
  }

  send(from: PeerId, to: PeerId, bytes: Uint8Array): boolean {
    const a = this.node(from);
    const b = this.nodes.get(to);
    if (a.ears === undefined || b === undefined) return false;
    const dialMs = a.links.has(b) ? 0 : this.dial(a, b);
    if (dialMs === undefined) return true; // undeliverable is found out later, like on a real network
    const arrivesAt = this.carry(a, b, bytes, dialMs);
    if (arrivesAt === undefined) return true;
    const deliver = (): void => b.ears?.message(from, bytes);
    this.later(arrivesAt - this.now(), deliver);
    if (this.random.float() < this.model.duplicateRate) this.later(arrivesAt - this.now() + this.random.float() * reorderHoldMs, deliver);
    return true;
  }

  publish(from: PeerId, topic: string, bytes: Uint8Array): void {
    this.published += 1;
    const node = this.node(from);
    remember(node, this.published, this.now());
    // A publisher tells all its neighbours, those who pass it on only their mesh.
    this.spread(node, node.neighbours, undefined, topic, bytes, this.published);
  }

  /** Whether the one could bring something from the other now. */
  reaches(a: PeerId, b: PeerId): boolean {
    const [one, other] = [this.node(a), this.node(b)];
    return one.ears !== undefined && other.ears !== undefined && !(one.hidden && other.hidden) && this.passes(a, b) && this.passes(b, a);
  }

  /** Messages and bytes that a peer has sent. */
  sentBy(id: PeerId): { messages: number; bytes: number } {
    return this.node(id).sent;
  }

  /** Peers to which it has a connection. */
  linksOf(id: PeerId): { peer: PeerId; idleMs: number; overlay: boolean }[] {
    const node = this.node(id);
    return [...node.links].map(([other, link]) => ({ peer: other.id, idleMs: this.now() - link.usedAt, overlay: node.neighbours.has(other) }));
  }

  /** Every peer below its floor looks for neighbours; idle connections are closed. Call now and then. */
  upkeep(): void {
    const now = this.now();
    for (const node of this.up) {
      if (node.neighbours.size < neighbourFloor) this.linkUp(node);
      for (const other of node.lost.due(now, this.random)) if (this.findAgain(node, other)) node.lost.delete(other);
      this.graft(node);
      // Every neighbour is linked: where there are no more links than neighbours, none is idle.
      if (node.links.size > node.neighbours.size) this.closeIdle(node, now);
    }
  }

  private closeIdle(node: Node, now: number): void {
    for (const [other, { usedAt }] of node.links) {
      if (!node.neighbours.has(other) && now - usedAt > idleMs) this.unlink(node, other);
    }
  }

  /** Hop by hop, as gossipsub does it: whole to the mesh, and the id to some of the others. */
  private spread(node: Node, to: ReadonlySet<Node>, except: Node | undefined, topic: string, bytes: Uint8Array, id: number): void {
    this.count(node, lazyGossip(node, this.now()));
    const tell = (next: Node): void => {
      const arrivesAt = this.carry(node, next, bytes, 0);
      // What comes a second time does nothing.
      if (arrivesAt === undefined || arrivesAt >= (next.heard.get(id) ?? Number.POSITIVE_INFINITY)) return;
      remember(next, id, arrivesAt);
      this.later(arrivesAt - this.now(), () => {
        if (next.ears === undefined || next.heard.get(id) !== arrivesAt) return;
        if (next.ears.gossip(topic, node.id, bytes)) this.spread(next, next.mesh, node, topic, bytes, id);
      });
    };
    for (const next of to) if (next !== except) tell(next);
    if (node.neighbours.size <= node.mesh.size) return;
    // Whoever is told the id, and has not heard the message by then, asks for it.
    this.later(heartbeatMs - (this.now() % heartbeatMs), () => {
      for (const next of lazyPeers(node, id)) {
        if (next.ears === undefined || next.heard.has(id) || !this.passes(next.id, node.id)) continue;
        this.count(next, iWant);
        tell(next);
      }
    });
  }

  private count(node: Node, sent: { messages: number; bytes: number }): void {
    for (const sum of [node.sent, this.totals]) {
      sum.messages += sent.messages;
      sum.bytes += sent.bytes;
    }
  }

  /** Sends bytes on their way; when they arrive, where they do. */
  private carry(from: Node, to: Node, bytes: Uint8Array, extraMs: number): number | undefined {
    const { model, random } = this;
    const now = this.now();
    this.onCarry(from.index, to.index, bytes);
    this.count(from, { messages: 1, bytes: bytes.length });
    const link = from.links.get(to);
    if (link !== undefined) link.usedAt = now;
    if (!this.passes(from.id, to.id) || random.float() < model.lossRate) {
      this.totals.lost += 1;
      return undefined;
    }
    from.uplinkFreeAt = Math.max(from.uplinkFreeAt, now) + bytes.length / from.uplinkBytesPerMs;
    const latencyMs = model.latencyMs(from.region, to.region);
    let arrivesAt = from.uplinkFreeAt + extraMs + latencyMs + exponential(random, latencyMs * model.jitterShare);
    const clear = this.clogged(from.id, to.id);
    if (clear > arrivesAt) arrivesAt = clear + latencyMs;
    if (random.float() < model.reorderRate) arrivesAt += random.float() * reorderHoldMs;
    else if (link !== undefined) link.arrivesAt = arrivesAt = Math.max(arrivesAt, link.arrivesAt);
    return arrivesAt;
  }

  /** Opens a connection; its cost in time, or undefined where it cannot be. */
  private dial(a: Node, b: Node): number | undefined {
    if (b.ears === undefined || b.hidden || !this.passes(a.id, b.id) || !this.passes(b.id, a.id)) return undefined;
    this.link(a, b);
    return 3 * this.model.latencyMs(a.region, b.region); // TCP, then the handshake of noise
  }

  private link(a: Node, b: Node): void {
    if (a.links.has(b)) return;
    const now = this.now();
    const link = { usedAt: now, arrivesAt: 0 };
    a.links.set(b, link);
    b.links.set(a, { usedAt: now, arrivesAt: 0 });
    this.later(1, () => {
      if (a.links.get(b) !== link) return;
      a.ears?.connected(b.id);
      b.ears?.connected(a.id);
    });
  }

  private cut(node: Node, afterMs: number): void {
    for (const [other, link] of node.links) this.unlinkLater(node, other, link, afterMs);
  }

  /** Only this connection: another one that was opened meanwhile stays. */
  private unlinkLater(a: Node, b: Node, link: Link, afterMs: number): void {
    this.later(afterMs, () => {
      if (a.links.get(b) === link) this.unlink(a, b);
    });
  }

  private unlink(a: Node, b: Node): void {
    if (!a.links.delete(b)) return;
    b.links.delete(a);
    a.neighbours.delete(b);
    b.neighbours.delete(a);
    a.mesh.delete(b);
    b.mesh.delete(a);
    a.ears?.disconnected(b.id);
    b.ears?.disconnected(a.id);
  }

  /** Draws neighbours among those that can be reached, as lookups of random keys in the DHT would. */
  private linkUp(node: Node): void {
    for (let tries = 0; tries < 4 * neighbourFloor && node.neighbours.size < neighbourFloor && this.up.length > 1; tries += 1) {
      const other = this.up[this.random.integer(this.up.length)] as Node;
      if (other === node || node.neighbours.has(other) || other.neighbours.size >= neighbourCap) continue;
      this.befriend(node, other);
    }
  }

  private befriend(node: Node, other: Node): boolean {
    if (!node.links.has(other) && this.dial(node, other) === undefined) return false;
    node.neighbours.add(other);
    other.neighbours.add(node);
    if (node.mesh.size < meshDegree.wanted) this.enmesh(node, other);
    return true;
  }

  /** Whether a lost neighbour is no concern any more. */
  private findAgain(node: Node, other: Node): boolean {
    if (node.neighbours.has(other)) return true;
    return node.neighbours.size < lostCap && other.neighbours.size < lostCap && this.befriend(node, other);
  }

  /** Takes a peer into the mesh; whoever has too many then lets some go, by lot. */
  private enmesh(a: Node, b: Node): void {
    a.mesh.add(b);
    b.mesh.add(a);
    for (const [node, keep] of [[a, b], [b, a]] as const) {
      if (node.mesh.size <= meshDegree.high) continue;
      const others = [...node.mesh].filter((other) => other !== keep);
      while (node.mesh.size > meshDegree.wanted) {
        const [other] = others.splice(this.random.integer(others.length), 1) as [Node];
        node.mesh.delete(other);
        other.mesh.delete(node);
      }
    }
  }

  /** Gossipsub's heartbeat: a mesh that has become thin is filled up. */
  private graft(node: Node): void {
    if (node.mesh.size >= meshDegree.low) return;
    for (const other of node.neighbours) {
      if (node.mesh.size >= meshDegree.wanted) return;
      this.enmesh(node, other);
    }
  }

  private later(delayMs: number, run: () => void): void {
    this.events.plan(this.now() + Math.max(1, Math.ceil(delayMs)), run);
  }

  private node(id: PeerId): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`Cannot find peer ${id} in the simulated network: it was never added`);
    return node;
  }
}

function remember(node: Node, id: number, at: number): void {
  if (node.heard.size >= maxHeard) node.heard.delete(node.heard.keys().next().value as number);
  node.heard.set(id, at);
}
