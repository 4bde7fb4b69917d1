import { dcutr, type DCUtRServiceComponents } from '@libp2p/dcutr';
import { multiaddr } from '@multiformats/multiaddr';
import type { Observed } from './observed.ts';
import type { OnePort } from './one-port.ts';

/**
 * Hole punching (DCUtR): two peers that meet through a relay dial each other directly at the same moment. By itself it
 * offers addresses at which a peer can be reached, which one behind a NAT has none of; here it offers how others see
 * the port that all dials go out from.
 */
export function holePunching(observed: Observed, onePort: Pick<OnePort, 'answerAt'>): (components: DCUtRServiceComponents) => unknown {
  return (components) =>
    dcutr()({
      peerStore: components.peerStore,
      registrar: components.registrar,
      connectionManager: tellingRole(components.connectionManager, onePort),
      transportManager: components.transportManager,
      logger: components.logger,
      addressManager: new Proxy(components.addressManager, {
        get: (target, key) => (key === 'getAddresses' ? () => offered(observed) : Reflect.get(target, key, target)),
      }),
    });
}

type ConnectionManager = DCUtRServiceComponents['connectionManager'];

/** Of two that dial each other one has to be the listener in the handshakes above TCP. */
function tellingRole(manager: ConnectionManager, onePort: Pick<OnePort, 'answerAt'>): ConnectionManager {
  const openConnection: ConnectionManager['openConnection'] = (target, options) => {
    if (options?.initiator === false && Array.isArray(target)) for (const address of target) onePort.answerAt(address);
    return manager.openConnection(target, options);
  };
  return new Proxy(manager, {
    get(from, key) {
      if (key === 'openConnection') return openConnection;
      const value: unknown = Reflect.get(from, key, from);
      return typeof value === 'function' ? value.bind(from) : value;
    },
  });
}

function offered(observed: Observed): ReturnType<typeof multiaddr>[] {
  return observed.endpoints().map(({ family, ip, port }) => multiaddr(`/${family}/${ip}/tcp/${port}`));
}
