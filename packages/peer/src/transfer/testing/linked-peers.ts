import type { ByteStream, Network, PeerId } from '@shoal/runtime';
import { Pipe } from './pipe.ts';

type Handler = (stream: ByteStream) => Promise<void>;

/** One peer of a group that can open streams to each other: what block exchange needs of a Network. */
export interface LinkedPeer extends Pick<Network, 'open' | 'serve'> {
  readonly peerId: PeerId;
  /** Streams opened to it so far. */
  opened: number;
  /** Cuts every stream to it, and refuses new ones until it is set to true again. */
  setReachable(reachable: boolean): void;
}

/** Peers linked by streams in memory, with back-pressure and nothing else. */
export class LinkedPeers {
  readonly #peers = new Map<PeerId, { handlers: Map<string, Handler>; peer: LinkedPeer; streams: Set<ByteStream>; reachable: boolean }>();

  add(name: string): LinkedPeer {
    const handlers = new Map<string, Handler>();
    const peerId = name as PeerId;
    const peer: LinkedPeer = {
      peerId,
      opened: 0,
      serve: (protocol, handler) => void handlers.set(protocol, handler),
      open: async (to, protocol, { signal }) => {
        signal.throwIfAborted();
        return this.#connect(peerId, to, protocol);
      },
      setReachable: (reachable) => {
        const entry = this.#peers.get(peerId);
        if (entry === undefined) return;
        entry.reachable = reachable;
        if (!reachable) for (const stream of entry.streams) stream.abort(new Error('the link was cut'));
      },
    };
    this.#peers.set(peerId, { handlers, peer, streams: new Set(), reachable: true });
    return peer;
  }

  #connect(from: PeerId, to: PeerId, protocol: string): ByteStream {
    const target = this.#peers.get(to);
    const handler = target?.handlers.get(protocol);
    if (target === undefined || !target.reachable || handler === undefined) throw new Error(`cannot reach ${to}`);
    target.peer.opened += 1;
    const there = new Pipe();
    const back = new Pipe();
    const abort = (reason: Error): void => {
      there.abort(reason);
      back.abort(reason);
    };
    const near = streamOf(to, there, back, abort);
    const far = streamOf(from, back, there, abort);
    target.streams.add(far);
    const serve = async (): Promise<void> => {
      try {
        await handler(far);
        await far.close();
      } catch (error) {
        abort(error instanceof Error ? error : new Error(String(error)));
      } finally {
        target.streams.delete(far);
      }
    };
    void serve();
    return near;
  }
}

function streamOf(peer: PeerId, out: Pipe, source: Pipe, abort: (reason: Error) => void): ByteStream {
  return { peer, source, write: (chunk) => out.write(chunk), close: async () => out.end(), abort };
}
