import { generateSeed, type Doorkeeper, type Network, type PeerId } from '@shoal/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { realNetworks } from '../testing/real-networks.ts';

const networks: Network[] = [];
const mesh = 'private';
const secret = new Uint8Array(32).fill(7);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Met {
  /** What it was shown, by whom. */
  shown: string[];
  told: string[];
  connected: PeerId[];
  disconnected: PeerId[];
  messages: string[];
}

/** Lets in whoever shows the pass word; has news where it has some. */
async function member(options: { pass?: string; news?: string; secret?: Uint8Array; doorkeeper?: Partial<Doorkeeper>; without?: boolean } = {}): Promise<{ network: Network; met: Met }> {
  const met: Met = { shown: [], told: [], connected: [], disconnected: [], messages: [] };
  const doorkeeper: Doorkeeper = {
    secret: options.secret ?? secret,
    greeting: () => encode(options.pass ?? 'friend'),
    admit(_, greeting) {
      met.shown.push(decode(greeting));
      if (decode(greeting) !== 'friend') throw new Error('not one of us');
      return encode(options.news ?? '');
    },
    news: (_, bytes) => void met.told.push(decode(bytes)),
    ...options.doorkeeper,
  };
  const network = realNetworks({}, { seed: generateSeed(), ...(options.without === true ? {} : { doorkeeper }) }).create({ mesh, bootstrap: [] });
  network.setHandlers({
    message: (_, bytes) => void met.messages.push(decode(bytes)),
    gossip: () => 'ignore',
    peerConnected: (peer) => void met.connected.push(peer),
    peerDisconnected: (peer) => void met.disconnected.push(peer),
  });
  await network.start();
  networks.push(network);
  return { network, met };
}

const dial = (from: Network, to: Network): Promise<PeerId> => from.dial(to.status().addresses[0] as string);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

afterEach(async () => void (await Promise.all(networks.splice(0).map((network) => network.stop()))));

describe('a network with a doorkeeper', () => {
  it('lets members in on both sides, and hands on their news', async () => {
    const one = await member({ news: 'bob is out' });
    const two = await member();
    await dial(two.network, one.network);
    await expect.poll(() => one.met.connected).toEqual([two.network.peerId]);
    expect(one.met.shown).toEqual(['friend']);
    expect(two.met.told).toEqual(['bob is out']);
    expect(one.met.told).toEqual([]);
    two.network.send(one.network.peerId, encode('hello'));
    await expect.poll(() => one.met.messages).toEqual(['hello']);
  });

  it('lets nobody else in, whoever dials', async () => {
    const inside = await member({ news: 'a secret' });
    const outside = await member({ pass: 'foe' });
    await expect(dial(outside.network, inside.network)).rejects.toMatchObject({ code: 'dial-failed' });
    await expect(dial(inside.network, outside.network)).rejects.toMatchObject({ code: 'dial-failed' });
    await settle();
    expect([...inside.met.connected, ...outside.met.connected]).toEqual([]);
    expect(outside.met.told).toEqual([]);
    expect(inside.network.connections()).toEqual([]);
  });

  it('is never asked about somebody without the secret, or without a doorkeeper', async () => {
    const inside = await member();
    for (const stranger of [await member({ secret: new Uint8Array(32) }), await member({ without: true })]) {
      await expect(dial(stranger.network, inside.network)).rejects.toMatchObject({ code: 'dial-failed' });
      await expect(dial(inside.network, stranger.network)).rejects.toMatchObject({ code: 'dial-failed' });
    }
    await settle();
    expect(inside.met.shown).toEqual([]);
    expect(inside.met.connected).toEqual([]);
  });

  it('reads no more of a stranger than a greeting may have', async () => {
    const inside = await member();
    const outside = await member({ doorkeeper: { greeting: () => new Uint8Array(100_000) } });
    await expect(dial(outside.network, inside.network)).rejects.toMatchObject({ code: 'dial-failed' });
    await settle();
    expect(inside.met.shown).toEqual([]);
  });

  it('cuts off whoever is told to go', async () => {
    const one = await member();
    const two = await member();
    await dial(two.network, one.network);
    await expect.poll(() => one.met.connected).toHaveLength(1);
    one.network.disconnect(two.network.peerId, 'revoked');
    // They may meet again: both would still be admitted.
    await expect.poll(() => [one.met.disconnected[0], two.met.disconnected[0]], { timeout: 10_000 }).toEqual([two.network.peerId, one.network.peerId]);
  });
});
