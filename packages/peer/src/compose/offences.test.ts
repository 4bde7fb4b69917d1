import { expect, it } from 'vitest';
import { createMetrics, generateSeed, signerFromSeed, silentLogger, systemClock, systemCrypto, systemRandom, type Network, type PeerId } from '@shoal/runtime';
import { encodeMessage, encodeValue, messageTable, parseCid, sealEntry } from '@shoal/protocol';
import { createNetwork } from '@shoal/network';
import { createPeer } from '../create-peer.ts';
import type { Peer } from '../api.ts';

const someCid = parseCid('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy');

/** A network without an engine behind it: it says what a test makes it say. On libp2p, over sockets. */
async function stranger(victim: Peer, seed: Uint8Array) {
  const network: Network = createNetwork({
    seed, mesh: 'public', listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: victim.addresses(), mdns: false,
    clock: systemClock, random: systemRandom, logger: silentLogger, metrics: createMetrics(),
  });
  const state = { isCutOff: false, kindsHeard: new Set<number | undefined>() };
  network.setHandlers({ message: (_from, bytes) => void state.kindsHeard.add(bytes[0]), gossip: () => 'ignore', peerConnected() {}, peerDisconnected: () => void (state.isCutOff = true) });
  await network.start();
  await expect.poll(() => network.status().neighbours, { timeout: 10_000, interval: 20 }).toBe(1);
  return { network, state, say: (...bytes: Uint8Array[]) => void bytes.map((each) => network.send(victim.id, each)) };
}

/** Goes on until it is cut off. */
async function cutOffBy(state: { isCutOff: boolean }, act: () => void): Promise<void> {
  const isOver = (): boolean => {
    act();
    return state.isCutOff;
  };
  await expect.poll(isOver, { timeout: 10_000, interval: 50 }).toBe(true);
}

const seed = generateSeed();
const signer = signerFromSeed(seed);
const genuine = sealEntry({ job: someCid, at: 1, facts: [] }, signer, systemCrypto).bytes;
const forged = genuine.map((byte, at) => (at === genuine.length - 1 ? byte ^ 1 : byte));
const otherJob = parseCid('bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');

const offences: Record<string, () => Uint8Array> = {
  'sends what is no message': () => Uint8Array.of(messageTable.entries.id, ...systemRandom.bytes(100)),
  'sends facts whose signature is forged': () => encodeMessage({ type: 'entries', job: someCid, entries: [forged] }),
  'sends facts of one job as those of another': () => encodeMessage({ type: 'entries', job: otherJob, entries: [genuine] }),
  'hands over adverts that are none': () => encodeMessage({ type: 'adverts', adverts: [Uint8Array.of(1, 2, 3)] }),
  'offers what is no job': () => encodeMessage({ type: 'offer', posted: genuine }),
};

it.for(Object.entries(offences))('cuts off a peer that %s; and hears others', async ([, make]) => {
  await using victim = await createPeer({ slots: 0 });
  const [offender, honest] = [await stranger(victim, seed), await stranger(victim, generateSeed())];
  await cutOffBy(offender.state, () => offender.say(make()));
  expect(victim.peers().map(({ peer }) => peer as PeerId)).not.toContain(offender.network.peerId);
  expect(honest.state.isCutOff).toBe(false);
  await Promise.all([offender.network.stop(), honest.network.stop()]);
});

it('bears with a peer of a later version, and with one whose clock is wrong', async () => {
  await using victim = await createPeer({ slots: 0 });
  const { network, state, say } = await stranger(victim, seed);
  const later = Uint8Array.of(200, ...encodeValue({ news: true }));
  const fromTomorrow = sealEntry({ job: someCid, at: systemClock.now() + 86_400_000, facts: [] }, signer, systemCrypto).bytes;
  for (let turn = 0; turn < 50; turn += 1) say(later, encodeMessage({ type: 'entries', job: someCid, entries: [fromTomorrow] }));
  // In order: when this was answered, all of the above was read.
  say(encodeMessage({ type: 'pull', job: someCid, lease: 'x', running: [], done: [], want: 1, reset: true }));
  await expect.poll(() => state.kindsHeard, { timeout: 10_000, interval: 20 }).toContain(messageTable.unknownLease.id);
  expect(state.isCutOff).toBe(false);
  await network.stop();
});
