import { circuitRelayServer, type CircuitRelayServerComponents, type CircuitRelayService } from '@libp2p/circuit-relay-v2';
import { start, stop, type Startable, type StreamHandler } from '@libp2p/interface';
import type { Registrar } from '@libp2p/interface-internal';
import type { PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import type { Guard } from '../guard/guard.ts';
import { metered } from './metered.ts';
import type { RelayBudget } from './relay-budget.ts';

/** Relays for others while it is open; a peer that cannot be reached itself is of no use as one. */
export interface RelayServer extends Startable {
  open(): Promise<void>;
  close(): Promise<void>;
  readonly isOpen: boolean;
  /** Whom others reach through this peer. */
  guests(): PeerId[];
}

export interface RelayServerInit {
  limits: NetworkLimits;
  guard: Pick<Guard, 'isBanned'>;
  budget: RelayBudget;
}

/** The components by name: libp2p's object of components has traps for what is not there. */
type Components = CircuitRelayServerComponents & { registrar: Registrar };

export function relayServer({ limits, guard, budget }: RelayServerInit): (components: Components) => RelayServer {
  return (components) => {
    const { registrar } = components;
    const counted: Pick<Registrar, 'handle' | 'unhandle'> = {
      handle: (protocol, handler, options) =>
        registrar.handle(protocol, meteredHandler(handler, budget), options),
      unhandle: (protocol, options) => registrar.unhandle(protocol, options),
    };
    let server: (CircuitRelayService & Startable) | undefined;
    const create = (): CircuitRelayService & Startable =>
      circuitRelayServer({
        maxInboundHopStreams: limits.maxRelayCircuitsPerPeer,
        maxOutboundStopStreams: limits.maxRelayCircuitsPerGuest,
        reservations: {
          maxReservations: limits.maxRelayGuests,
          reservationTtl: limits.relayReservationMs,
          // libp2p's own limit marks a connection as second-class, and most protocols then refuse to run on it. What a
          // guest may use is bounded by our own budget instead.
          applyDefaultLimit: false,
        },
      })({
        addressManager: components.addressManager,
        connectionManager: components.connectionManager,
        peerStore: components.peerStore,
        peerId: components.peerId,
        privateKey: components.privateKey,
        logger: components.logger,
        registrar: counted as Registrar,
        connectionGater: {
          denyInboundRelayReservation: (peer) => guard.isBanned(peer.toString()),
          denyOutboundRelayedConnection: (from) => guard.isBanned(from.toString()) || !budget.mayOpen(from.toString()),
        },
      }) as CircuitRelayService & Startable;

    const close = async (): Promise<void> => {
      const open = server;
      server = undefined;
      if (open !== undefined) await stop(open);
    };
    return {
      start: () => {},
      stop: close,
      close,
      async open() {
        if (server !== undefined) return;
        server = create();
        await start(server);
      },
      get isOpen() {
        return server !== undefined;
      },
      guests: () => [...(server?.reservations.keys() ?? [])].map((peer) => peer.toString() as PeerId),
    };
  };
}

function meteredHandler(handler: StreamHandler, budget: RelayBudget): StreamHandler {
  return (stream, connection) => {
    const peer = connection.remotePeer.toString();
    return handler(metered(stream, (bytes) => budget.pass(peer, bytes)), connection);
  };
}
