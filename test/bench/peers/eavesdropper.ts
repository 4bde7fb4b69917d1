import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Carries TCP connections to where they would have gone, and remembers every byte of both ways. */
export class Eavesdropper {
  readonly #heard: Buffer[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** The address of a listener here that leads to the given one, `/ip4/A/tcp/PORT/p2p/ID`. */
  async before(address: string): Promise<string> {
    const [, host = '', port = '', rest = ''] = /^\/ip4\/([^/]+)\/tcp\/(\d+)(.*)$/.exec(address) ?? [];
    if (host === '') throw new Error(`Cannot listen in before ${address}: expected /ip4/A/tcp/PORT`);
    const server = createServer((near) => this.#join(near, connect(Number(port), host)));
    this.#servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}${rest}`;
  }

  heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => once(server.close(), 'close')));
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => void this.#heard.push(bytes as Buffer));
      from.pipe(to);
      from.on('error', () => to.destroy()); // the other end hears of it as it would without us
      from.on('close', () => to.destroy());
    }
  }
}
