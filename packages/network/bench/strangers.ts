import { noise } from '@chainsafe/libp2p-noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';
import { namesOf } from '../src/names.ts';

/** As many connections of one stranger's machine stay open. */
const kept = 200;

export interface Crowd {
  made: number;
  /** Handshakes that were done; the others were refused. */
  admitted: number;
  /** Of those that it wants to keep, still connected. */
  open: number;
}

/** So many identities from one address, one after the other: each shakes hands with the victim, and stays as long as it is let. Never ends by itself after that. */
export async function* crowd(mesh: string, address: string, identities: number): AsyncGenerator<Crowd> {
  const alive: Libp2p[] = [];
  const seen: Crowd = { made: 0, admitted: 0, open: 0 };
  for (;;) {
    if (seen.made < identities) {
      const node = await createLibp2p({
        transports: [tcp()],
        connectionEncrypters: [noise({ prologueBytes: namesOf(mesh).handshake })],
        streamMuxers: [yamux()],
      });
      seen.made += 1;
      try {
        await node.dial(multiaddr(address), { signal: AbortSignal.timeout(3_000) });
        seen.admitted += 1;
      } catch {
        // Refused, or late: counted by its absence.
      }
      alive.push(node);
      if (alive.length > kept) await alive.shift()?.stop();
    } else await new Promise((resolve) => setTimeout(resolve, 500));
    seen.open = alive.filter((node) => node.getConnections().length > 0).length;
    yield { ...seen };
  }
}
