import type { Lab } from '../net/lab.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

/** `count` machines on one switch, and a peer on each that knows nobody and may ask the local network. */
async function onOneSwitch(lab: Lab, count: number): Promise<LabPeer[]> {
  const to = await lab.switch();
  const peers: LabPeer[] = [];
  for (let number = 1; number <= count; number += 1) {
    const host = await lab.host();
    await lab.wire(host, to, `192.168.7.${number}/24`);
    peers.push(await startPeer(lab, host, { name: `peer-${number}`, args: ['--mdns'], slots: 0 }));
  }
  return peers;
}

async function allKnowAll(peers: readonly LabPeer[], withinMs: number): Promise<void> {
  let counts: number[] = [];
  await until('all to know all', withinMs, async () => {
    counts = await Promise.all(peers.map(async ({ client }) => (await client.peers()).filter((other) => other.ageMs > 0).length));
    return counts.every((count) => count >= peers.length - 1);
  }, () => counts);
}

export const lan: Scenario[] = [
  {
    name: 'lan-two',
    about: 'Two peers on a LAN find each other without any configuration',
    withinMs: 60_000,
    async run(lab) {
      const peers = await onOneSwitch(lab, 2);
      await allKnowAll(peers, 10_000);
      const ready = await Promise.all(peers.map((peer) => peer.readyAfterMs));
      return `ready after ${ready.map((ms) => Math.round(ms)).join(' and ')} ms`;
    },
  },
  {
    name: 'lan-twenty',
    about: 'A LAN of twenty finds itself without any configuration; whoever joins it is ready in 2 s',
    withinMs: 180_000,
    async run(lab) {
      const peers = await onOneSwitch(lab, 20);
      await allKnowAll(peers, 20_000);
      const last = await peers.at(-1)?.readyAfterMs;
      if (last === undefined || last > 2_000) throw new Error(`the twentieth was ready after ${last} ms, expected 2,000 at most`);
      return `the twentieth ready after ${Math.round(last)} ms, all know all`;
    },
  },
];
