import type { Connection, Stream } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { peerIdFromString } from '@libp2p/peer-id';
import { deadline, messageOf, type Clock, type Logger, type Metrics, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { createTokenBucket, type TokenBucket } from '../guard/token-bucket.ts';
import { writeTo } from '../streams/write-side.ts';
import { endpointOf, isLoopback, isRelayed } from './addresses.ts';

export interface DialBackInit {
  node: MeshNode;
  protocol: string;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  signal: AbortSignal;
}

/**
 * "Can you reach me?" The one who is asked dials the asker's own IP address, as it sees it, at the ports that the asker
 * listens on; it never dials anybody else, so the question is no tool against others. Each question is a stream without
 * a word; the answer is one byte.
 */
export interface DialBack {
  serve(): Promise<void>;
  /** `reached`: the address at which the other came in. Its coming is what counts, not its word. */
  ask(peer: PeerId): Promise<{ reached?: Multiaddr } | 'refused'>;
}

const answers = { no: 0, yes: 1, busy: 2 } as const;

export function createDialBack(init: DialBackInit): DialBack {
  const { node, limits, clock, logger, metrics, signal } = init;
  const budget: TokenBucket = createTokenBucket(clock, limits.dialBacksPerMinute / 60, limits.dialBacksPerMinute);
  const lastAsked = new Map<string, number>();

  const mayAsk = (peer: string): boolean => {
    const now = clock.monotonic();
    const last = lastAsked.get(peer);
    if (last !== undefined && now - last < limits.dialBackPauseMs) return false;
    if (!budget.tryTake(1)) return false;
    lastAsked.delete(peer);
    if (lastAsked.size >= limits.maxConnections) lastAsked.delete(lastAsked.keys().next().value as string);
    lastAsked.set(peer, now);
    return true;
  };

  const dialBack = async ({ remotePeer, remoteAddr }: Connection): Promise<boolean> => {
    const from = endpointOf(remoteAddr);
    if (from === undefined || isLoopback(remoteAddr)) return false;
    const { addresses } = await node.peerStore.get(remotePeer);
    const ports = new Set(addresses.map(({ multiaddr: address }) => endpointOf(address)?.port).filter((port) => port !== undefined));
    for (const port of [...ports].slice(0, limits.maxDialBackPorts)) {
      const target = multiaddr(`/${from.family}/${from.ip}/tcp/${port}/p2p/${remotePeer.toString()}`);
      try {
        const connection = await node.dial(target, { force: true, signal: deadline(limits.dialBackMs, signal) });
        // The asker counts a connection that came; this one has done its work then.
        clock.setTimer(limits.dialBackLingerMs, () => void connection.close().catch((error: unknown) => connection.abort(error instanceof Error ? error : new Error(messageOf(error)))));
        return true;
      } catch (error) {
        logger.debug('A peer cannot be reached at', { address: target.toString(), reason: messageOf(error) });
      }
    }
    return false;
  };

  const answer = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      let byte: number = answers.busy;
      if (mayAsk(connection.remotePeer.toString())) {
        metrics.add('network_dial_backs_total');
        byte = (await dialBack(connection)) ? answers.yes : answers.no;
      }
      await writeTo(stream, Uint8Array.of(byte), clock, limits.dialBackMs);
      await stream.close({ signal: deadline(limits.dialBackMs) });
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };

  return {
    serve: () => node.handle(init.protocol, (stream, connection) => void answer(stream, connection), { maxInboundStreams: 1, maxOutboundStreams: 1 }),
    async ask(peer) {
      const known = new Set(node.getConnections(peerIdFromString(peer)).map(({ id }) => id));
      let reached: Multiaddr | undefined;
      const onOpen = ({ detail }: CustomEvent<Connection>): void => {
        const came = detail.remotePeer.toString() === peer && detail.direction === 'inbound' && !known.has(detail.id);
        if (came && !isRelayed(detail.remoteAddr)) reached = detail.remoteAddr;
      };
      node.addEventListener('connection:open', onOpen);
      try {
        const until = deadline(limits.dialBackMs * (limits.maxDialBackPorts + 1), signal);
        const stream = await node.dialProtocol(peerIdFromString(peer), init.protocol, { signal: until });
        const byte = await firstByte(stream, until);
        await stream.close({ signal: until });
        if (reached !== undefined) return { reached };
        return byte === answers.no || byte === answers.yes ? {} : 'refused';
      } catch (error) {
        logger.debug('A peer would not dial back', { peer, reason: messageOf(error) });
        return reached === undefined ? 'refused' : { reached };
      } finally {
        node.removeEventListener('connection:open', onOpen);
      }
    },
  };
}

async function firstByte(stream: Stream, signal: AbortSignal): Promise<number | undefined> {
  const onAbort = (): void => stream.abort(new Error('no answer in time'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of stream) return chunk.subarray()[0];
    return undefined;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
