import type { ConnectionProtector, MessageStream, MultiaddrConnection } from '@libp2p/interface';
import { AbstractMessageStream } from '@libp2p/utils';
import type { Uint8ArrayList } from 'uint8arraylist';
import { isRelayed } from '../reach/addresses.ts';

/** Bytes that crossed TCP connections: noise, yamux, identify, DHT, gossip, messages and streams; without TCP/IP headers. */
export interface WireCount {
  sent: number;
  received: number;
}

/**
 * A frame comes in pieces (length, header, body), and TCP writes every piece by itself: a system call and a packet
 * each, and as many wake-ups at the other end. Up to this size they are joined first.
 */
const joinBytes = 16_384;

/** Passes everything through, between the socket and the encryption, counts it, and joins what is small. */
class CountedStream extends AbstractMessageStream {
  readonly #below: MessageStream;
  readonly #count: WireCount;

  constructor(below: MessageStream, count: WireCount, direction: MessageStream['direction']) {
    super({
      log: below.log,
      inactivityTimeout: below.inactivityTimeout,
      maxReadBufferLength: below.maxReadBufferLength,
      direction,
    });
    this.#below = below;
    this.#count = count;
    below.addEventListener('message', (event) => {
      count.received += event.data.byteLength;
      this.onData(event.data);
    });
    below.addEventListener('drain', () => this.safeDispatchEvent('drain'));
    below.addEventListener('remoteCloseWrite', () => this.onRemoteCloseWrite());
    below.addEventListener('close', (event) => {
      if (event.error === undefined || event.error === null) this.onTransportClosed();
      else if (event.local === true) this.abort(event.error);
      else this.onRemoteReset();
    });
  }

  close(options?: { signal?: AbortSignal }): Promise<void> {
    return this.#below.close(options);
  }

  sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } {
    this.#count.sent += data.byteLength;
    // The caller consumes its list; what the socket cannot take at once stays in the layer below.
    return { sentBytes: data.byteLength, canSendMore: this.#below.send(data.byteLength <= joinBytes ? data.subarray() : data) };
  }

  sendReset(error: Error): void {
    this.#below.abort(error);
  }

  sendPause(): void {
    this.#below.pause();
  }

  sendResume(): void {
    this.#below.resume();
  }
}

/** libp2p's place for a layer below the encryption; every connection passes here. */
export function countingProtector(count: WireCount): ConnectionProtector {
  return {
    // What goes through a relay is counted by the connection to that relay.
    protect(connection, options) {
      if (isRelayed((connection as MultiaddrConnection).remoteAddr)) return Promise.resolve(connection);
      // Of two that dialled each other at once, the one that listens in the handshakes has to do so in the muxer too.
      const listens = (options as { initiator?: boolean } | undefined)?.initiator === false;
      return Promise.resolve(new CountedStream(connection, count, listens ? 'inbound' : connection.direction));
    },
  };
}
