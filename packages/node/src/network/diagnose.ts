import type { PeerStatus } from '@shoal/peer';
import { plural } from '../output/text.ts';

/** One thing that was looked at: how it is, and what to do where it could be better. */
export interface Finding {
  state: 'good' | 'poor' | 'bad';
  what: string;
  todo?: string;
}

type Subject = Pick<PeerStatus, 'addresses' | 'joining' | 'knownPeers' | 'links' | 'neighbours' | 'reach'>;

/** Whether others can reach this peer, and what its owner can do about it. */
export function diagnose(status: Subject): Finding[] {
  return [neighbours(status), listening(status), reached(status), ...ways(status), ...relaying(status)];
}

function neighbours({ joining, knownPeers, neighbours: count }: Subject): Finding {
  if (joining === 'isolated') {
    return {
      state: 'bad',
      what: `${plural(knownPeers, 'peer')} known, and none answers.`,
      todo: 'Is this machine connected? If so, start the peer again with --bootstrap and the address of a peer that is up.',
    };
  }
  if (count === 0) return { state: 'bad', what: 'No neighbours: this peer knows nobody.', todo: 'Start it with --bootstrap ADDRESS, or with --mdns where others are on the same network.' };
  if (joining === 'full') return { state: 'good', what: `${plural(count, 'neighbour')}: as many as it needs.` };
  return { state: 'good', what: `${plural(count, 'neighbour')}; nobody else is to be found.` };
}

function listening({ addresses }: Subject): Finding {
  const beyond = addresses.filter((address) => !/^\/ip4\/127\.|^\/ip6\/::1\//u.test(address) && !address.includes('/p2p-circuit'));
  if (beyond.length > 0) return { state: 'good', what: `It listens on ${plural(beyond.length, 'address', 'addresses')} that other machines can try.` };
  return {
    state: 'bad',
    what: 'It listens on this machine only, so peers on other machines cannot dial it.',
    todo: 'Start it with --listen /ip4/0.0.0.0/tcp/4001 (and --listen /ip6/::/tcp/4001).',
  };
}

function reached({ reach }: Subject): Finding {
  if (reach.verdict === 'reachable') return { state: 'good', what: 'Others can dial this peer: one of them has just done so.' };
  if (reach.verdict === 'unknown') return { state: 'poor', what: 'Whether others can dial this peer is not known: no peer on another machine was asked yet.', todo: 'Ask again in half a minute.' };
  const forward = 'To be dialled directly, forward the port it listens on in your router to this machine, or open it in the firewall, or start it with --upnp if your router allows that; the peer notices by itself.';
  if (reach.relays.length > 0) {
    return { state: 'poor', what: `Others cannot dial this peer. They reach it through ${plural(reach.relays.length, 'relay')}, which is slower.`, todo: forward };
  }
  return { state: 'bad', what: 'Others cannot dial this peer, and none of its neighbours relays. It can work with peers that it dials itself only.', todo: forward };
}

function ways({ reach }: Subject): Finding[] {
  if (reach.nat === 'steady') return [{ state: 'good', what: 'The router shows all others the same port: peers behind such routers can be connected directly.' }];
  if (reach.nat === 'changing') {
    return [{ state: 'poor', what: 'The router shows each other peer another port (a symmetric NAT): with peers behind routers it works through a relay only.', todo: 'Forward a port, as above, or use IPv6 if you have it.' }];
  }
  return [];
}

function relaying({ reach }: Subject): Finding[] {
  if (!reach.relaying) return [];
  return [{ state: 'good', what: `It relays for others within limits: ${plural(reach.guests.length, 'peer')} now, ${Math.round(reach.relayedBytes / 1e6)} MB so far.` }];
}
