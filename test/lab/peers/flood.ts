// A stranger that floods one address with connections, until it is ended. Arguments: dials | silent, and a multiaddr.
import { connect } from 'node:net';

const [how = 'dials', address = ''] = process.argv.slice(2);
const [, host = '', port = ''] = /^\/ip4\/([^/]+)\/tcp\/(\d+)/u.exec(address) ?? [];
/** Dials: each says something that is no handshake, and comes again when it is thrown out. Silent ones stay. */
const atOnce = how === 'dials' ? 50 : 400;

function again(): void {
  const socket = connect({ host, port: Number(port) });
  socket.on('connect', () => {
    if (how === 'dials') socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => setTimeout(again, how === 'dials' ? 20 : 200));
  socket.resume();
}

for (let place = 0; place < atOnce; place += 1) again();
