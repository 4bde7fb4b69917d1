import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../net/lab.ts';
import { checkFlights, heardOf, holdFlights, makeFlights, postFlights } from '../peers/job.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

interface Halves {
  peers: LabPeer[];
  cut(): Promise<void>;
  heal(): Promise<void>;
}

/** `first` peers on one switch, `second` on another, a trunk between; each joins by the one before it. */
async function twoHalves(lab: Lab, first: number, second: number): Promise<Halves> {
  const [left, right] = [await lab.switch(), await lab.switch()];
  const trunk = await lab.trunk(left, right);
  const peers: LabPeer[] = [];
  for (let number = 1; number <= first + second; number += 1) {
    const host = await lab.host();
    await lab.wire(host, number <= first ? left : right, `10.4.0.${number}/16`);
    const bootstrap = peers.at(-1)?.addresses.find((address) => address.includes('/10.4.'));
    peers.push(await startPeer(lab, host, { name: `peer-${number}`, slots: number === 1 ? 0 : 1, args: bootstrap === undefined ? [] : ['--bootstrap', bootstrap] }));
  }
  return { peers, ...trunk };
}

/** Whom each peer has a fresh advert of, or a connection to. */
async function knows({ client }: LabPeer): Promise<number> {
  return (await client.peers()).filter(({ ageMs, connected }) => connected || ageMs < 60_000).length;
}

async function acrossTheCut(halves: Halves, first: number): Promise<number> {
  const right = new Set(halves.peers.slice(first).map(({ id }) => id));
  let links = 0;
  for (const { client } of halves.peers.slice(0, first)) links += (await client.status()).links.filter(({ peer }) => right.has(peer)).length;
  return links;
}

export const partition: Scenario[] = [
  {
    name: 'partition-job',
    about: 'Ten peers are cut 6:4 in the middle of a job for a minute; the result is right and no unit is lost',
    withinMs: 240_000,
    async run(lab, signal) {
      const halves = await twoHalves(lab, 6, 4);
      const requester = halves.peers[0] as LabPeer;
      const flights = await makeFlights(lab, 36, 50_000);
      // The requester's side holds five sixths of the shards, the other one all of them.
      let dataset = '';
      for (const [place, holder] of halves.peers.slice(1).entries()) {
        dataset = await holdFlights(flights, holder, flights.shards.filter((_, shard) => (place < 5 ? shard % 6 === place : shard % 4 === place - 5)));
      }
      await heardOf(requester, dataset, 9);
      const job = await postFlights(requester, dataset, { quorum: 1, move: 'never' });
      await until('the first units', 60_000, async () => (await requester.client.job(job)).job.accepted >= 2);
      await halves.cut();
      const atCut = (await requester.client.job(job)).job.accepted;
      await sleep(60_000);
      const during = (await requester.client.job(job)).job.accepted;
      if (during <= atCut) throw new Error(`nothing went on during the cut: ${atCut} units before, ${during} after`);
      if (during === 36) throw new Error('the job was done before the healing: it proves nothing');
      await halves.heal();
      const seconds = await checkFlights(requester, job, flights, signal);
      return `${atCut} of 36 units at the cut, ${during} before the healing, all of them ${seconds.toFixed(1)} s after it`;
    },
  },
  {
    name: 'partition-heals',
    about: 'Two halves of a mesh are one again within 30 s of healing, and an advert made meanwhile is known to all',
    withinMs: 240_000,
    async run(lab) {
      const halves = await twoHalves(lab, 4, 4);
      await until('all to know all', 30_000, async () => (await Promise.all(halves.peers.map(knows))).every((count) => count === 7));
      await halves.cut();
      await until('the halves to notice', 90_000, async () => (await acrossTheCut(halves, 4)) === 0);
      // News that only one half can hear.
      const flights = await makeFlights(lab, 2, 100);
      const dataset = await holdFlights(flights, halves.peers[7] as LabPeer);
      await sleep(20_000);
      await halves.heal();
      const begin = performance.now();
      await until('links across', 30_000, () => acrossTheCut(halves, 4));
      const linkedMs = performance.now() - begin;
      for (const peer of halves.peers.slice(0, 7)) await heardOf(peer, dataset, 1, Math.max(1_000, 30_000 - (performance.now() - begin)));
      const heardMs = performance.now() - begin;
      return `linked ${(linkedMs / 1_000).toFixed(1)} s, news known to all ${(heardMs / 1_000).toFixed(1)} s after healing`;
    },
  },
  {
    name: 'bootstrap-gone',
    about: 'A peer restarts into a mesh whose bootstrap has gone, by what it remembers',
    withinMs: 120_000,
    async run(lab) {
      const to = await lab.switch();
      const peers: LabPeer[] = [];
      const restart = async (number: number, host: LabPeer['host'], bootstrap: string | undefined): Promise<LabPeer> =>
        startPeer(lab, host, { name: `peer-${number}`, slots: 0, args: bootstrap === undefined ? [] : ['--bootstrap', bootstrap] });
      for (let number = 1; number <= 5; number += 1) {
        const host = await lab.host();
        await lab.wire(host, to, `10.5.0.${number}/16`);
        peers.push(await restart(number, host, peers[0]?.addresses.find((address) => address.includes('/10.5.'))));
      }
      await until('all to know all', 30_000, async () => (await Promise.all(peers.map(knows))).every((count) => count === 4));
      const last = peers[4] as LabPeer;
      await sleep(3_000); // the file of known peers is written two seconds after a meeting
      await last.stop();
      await peers[0]?.stop('SIGKILL');
      const again = await restart(5, last.host, peers[0]?.addresses.find((address) => address.includes('/10.5.')));
      const afterMs = await again.readyAfterMs;
      await until('it to have neighbours', 10_000, async () => (await again.client.status()).neighbours >= 3);
      if (afterMs > 10_000) throw new Error(`ready after ${Math.round(afterMs)} ms`);
      return `ready after ${Math.round(afterMs)} ms`;
    },
  },
];
