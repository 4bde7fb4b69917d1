import { createServer } from 'node:net';
import type { Connection, Transport } from '@libp2p/interface';
import { tcp, type TCPComponents } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { isGlobal } from './addresses.ts';

/**
 * The port from which this peer dials the Internet. A NAT that keeps one outer port for one inner port shows all others the
 * same one then, and two peers that dial each other's at the same moment meet (TCP's simultaneous open). It is not the
 * port that we listen on: Node cannot share that one with a dial.
 */
export interface OnePort {
  find(): Promise<void>;
  /** Undefined until found. */
  readonly port: number | undefined;
  /** Connections that were tried, whatever came of it. */
  readonly dials: number;
  countDial(): void;
  /** This address was last dialled from the port. */
  isFrom(address: Multiaddr): boolean;
  noteDialled(address: Multiaddr, fromPort: boolean): void;
  /** Both sides dial this address's connection at once, and here the other one is to speak first. */
  answerAt(address: Multiaddr): void;
  /** True once after each `answerAt`. */
  takeAnswer(address: Multiaddr): boolean;
}

/** Addresses remembered as dialled from the port. */
const maxNoted = 256;

export function createOnePort(): OnePort {
  let port: number | undefined;
  let dials = 0;
  const noted = new Set<string>();
  const answering = new Set<string>();
  return {
    async find() {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, () => resolve()));
      const address = server.address();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (address !== null && typeof address === 'object') ({ port } = address);
    },
    get port() {
      return port;
    },
    get dials() {
      return dials;
    },
    countDial() {
      dials += 1;
    },
    isFrom: (address) => noted.has(bare(address)),
    noteDialled(address, fromPort) {
      noted.delete(bare(address));
      if (!fromPort) return;
      if (noted.size >= maxNoted) noted.delete(noted.keys().next().value as string);
      noted.add(bare(address));
    },
    answerAt(address) {
      if (answering.size >= maxNoted) answering.clear();
      answering.add(bare(address));
    },
    takeAnswer: (address) => answering.delete(bare(address)),
  };
}

function bare(address: Multiaddr): string {
  return address.toString().replace(/\/p2p\/[^/]+$/u, '');
}

/** The port is taken for this destination: another connection has it, or had it a minute ago. */
const takenCodes = ['EADDRINUSE', 'EADDRNOTAVAIL'];

type DialOptions = Parameters<Transport['dial']>[1];

/** libp2p's TCP, which dials the Internet from one port where that is free. */
export function tcpFromOnePort(onePort: OnePort): (components: TCPComponents) => Transport {
  return (components) => {
    const inner = tcp()(components);
    const dial = async (address: Multiaddr, options: DialOptions): Promise<Connection> => {
      onePort.countDial();
      if (onePort.port === undefined || !isGlobal(address)) return inner.dial(address, options);
      try {
        // The port is passed on to net.connect() as it is. Who speaks first gets lost in libp2p's dial queue.
        const extra: object = { localPort: onePort.port, ...(onePort.takeAnswer(address) ? { initiator: false } : {}) };
        const connection = await inner.dial(address, { ...options, ...extra });
        onePort.noteDialled(address, true);
        return connection;
      } catch (error) {
        if (!takenCodes.some((code) => String(error).includes(code))) throw error;
        onePort.noteDialled(address, false);
        return inner.dial(address, options);
      }
    };
    return new Proxy(inner, { get: (target, key) => (key === 'dial' ? dial : valueOf(target, key)) });
  };
}

function valueOf(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? value.bind(target) : value;
}
