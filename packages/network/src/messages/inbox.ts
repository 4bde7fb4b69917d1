import type { Stream } from '@libp2p/interface';
import { decode } from 'it-length-prefixed';
import { pipe } from 'it-pipe';
import { messageOf, type Clock, type Logger, type Metrics, type PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import { NetworkError } from '../errors.ts';
import type { Guard } from '../guard/guard.ts';
import { createTokenBucket, type TokenBucket } from '../guard/token-bucket.ts';
import { ReadSide } from '../streams/read-side.ts';
import { sleep } from '../timing/sleep.ts';

export interface InboxInit {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  guard: Guard;
  deliver(from: PeerId, message: Uint8Array): void;
}

/** What one peer may still send, whichever stream or connection it uses. */
interface Allowance {
  messages: TokenBucket;
  bytes: TokenBucket;
  stream: Stream | undefined;
  usedAt: number;
}

/** Reads the message streams that others open. */
export interface Inbox {
  accept(stream: Stream, from: PeerId): Promise<void>;
  /** When this peer last sent a message, by the monotonic clock. */
  lastFrom(peer: PeerId): number | undefined;
  stop(): void;
}

export function createInbox(init: InboxInit): Inbox {
  const { clock, limits, guard, logger, metrics } = init;
  const allowances = new Map<PeerId, Allowance>();
  const stopping = new AbortController();

  /** Kept after a disconnection, or reconnecting would refill it. */
  const allowanceOf = (peer: PeerId): Allowance => {
    let allowance = allowances.get(peer);
    if (allowance === undefined) {
      if (allowances.size >= limits.maxOutboxes) forgetOldest();
      allowance = {
        messages: createTokenBucket(clock, limits.messagesPerSecond, limits.messageBurst),
        bytes: createTokenBucket(clock, limits.messageBytesPerSecond, limits.messageBurstBytes),
        stream: undefined,
        usedAt: clock.monotonic(),
      };
      allowances.set(peer, allowance);
    }
    return allowance;
  };

  const forgetOldest = (): void => {
    for (const [peer, { stream }] of allowances) {
      if (stream !== undefined) continue;
      allowances.delete(peer);
      return;
    }
  };

  const deliver = (from: PeerId, message: Uint8Array): void => {
    metrics.add('network_messages_received_total');
    try {
      init.deliver(from, message);
    } catch (error) {
      logger.error('The handler of messages failed', { peer: from, reason: messageOf(error) });
    }
  };

  const read = async (stream: Stream, from: PeerId, allowance: Allowance): Promise<void> => {
    let throttledSince: number | undefined;
    // An open stream may be silent for hours: whether its peer lives is told by pings, not by silence.
    const source = new ReadSide(stream, clock, { readAheadBytes: limits.batchBytes, streamStallMs: undefined });
    await pipe(
      source,
      (bytes) => decode(bytes, { maxDataLength: limits.maxMessageBytes }),
      async (messages) => {
        for await (const message of messages) {
          allowance.usedAt = clock.monotonic();
          const aheadMs = Math.max(allowance.messages.take(1), allowance.bytes.take(message.byteLength));
          deliver(from, message.subarray());
          if (aheadMs === 0) {
            throttledSince = undefined;
            continue;
          }
          // Not reading is what slows an honest peer down. One that never lets up is cut off.
          throttledSince ??= clock.monotonic();
          if (clock.monotonic() - throttledSince > limits.maxThrottledMs) throw new FloodError();
          metrics.add('network_messages_throttled_total');
          await sleep(clock, aheadMs, stopping.signal);
        }
      },
    );
  };

  return {
    async accept(stream, from) {
      const allowance = allowanceOf(from);
      // The newest stream counts: the peer has opened it because the older one is dead to it.
      allowance.stream?.abort(new NetworkError('stream-closed', 'Replaced by a newer message stream'));
      allowance.stream = stream;
      try {
        await read(stream, from, allowance);
        await stream.close();
      } catch (error) {
        stream.abort(error instanceof Error ? error : new Error(String(error)));
        if (isOffence(error)) guard.ban(from, messageOf(error));
        else logger.debug('A message stream ended', { peer: from, reason: messageOf(error) });
      } finally {
        if (allowance.stream === stream) allowance.stream = undefined;
      }
    },
    lastFrom: (peer) => allowances.get(peer)?.usedAt,
    stop() {
      stopping.abort();
      for (const { stream } of allowances.values()) stream?.abort(new NetworkError('stream-closed', 'The network is stopping'));
      allowances.clear();
    },
  };
}

class FloodError extends Error {
  constructor() {
    super('sent messages beyond its rate for too long');
  }
}

/** Names of it-length-prefixed's errors for frames that no honest peer sends. */
const framingErrors = new Set(['InvalidMessageLengthError', 'InvalidDataLengthError', 'InvalidDataLengthLengthError']);

function isOffence(error: unknown): boolean {
  return error instanceof FloodError || (error instanceof Error && framingErrors.has(error.name));
}
