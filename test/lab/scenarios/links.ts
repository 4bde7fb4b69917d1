import type { LinkShape } from '../net/link/shape.ts';
import type { Lab, Wire } from '../net/lab.ts';
import { checkFlights, type Flights, heardOf, holdFlights, makeFlights, postFlights } from '../peers/job.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

interface Set {
  requester: LabPeer;
  workers: LabPeer[];
  wires: Wire[];
  flights: Flights;
  dataset: string;
}

/** Three workers that hold the flights, and a requester on the link in question. Address 10.3.0.1 is the requester's. */
async function onBadLink(lab: Lab, shape: LinkShape, rowsEach: number, holders: 'workers' | 'requester' = 'workers'): Promise<Set> {
  const to = await lab.switch();
  const flights = await makeFlights(lab, 12, rowsEach);
  const workers: LabPeer[] = [];
  const wires: Wire[] = [];
  let bootstrap = '';
  for (let number = 2; number <= 4; number += 1) {
    const host = await lab.host();
    await lab.wire(host, to, `10.3.0.${number}/16`);
    const worker = await startPeer(lab, host, { name: `worker-${number}`, args: bootstrap === '' ? [] : ['--bootstrap', bootstrap] });
    bootstrap ||= worker.addresses.find((address) => address.includes('/10.3.')) ?? '';
    workers.push(worker);
  }
  const host = await lab.host();
  wires.push(await lab.wire(host, to, '10.3.0.1/16', shape));
  const requester = await startPeer(lab, host, { name: 'requester', slots: 0, args: ['--bootstrap', bootstrap] });
  let dataset = '';
  for (const holder of holders === 'workers' ? workers : [requester]) dataset = await holdFlights(flights, holder);
  if (holders === 'workers') await heardOf(requester, dataset, 3);
  else await until('the workers to be heard of', 60_000, async () => (await requester.client.peers()).filter(({ slots }) => slots > 0).length === 3);
  return { requester, workers, wires, flights, dataset };
}

async function dials({ client }: LabPeer): Promise<number> {
  return (await client.status()).dials;
}

/** More dials than this, in the minutes of a scenario with five peers, are a storm. */
const stormDials = 60;

async function assertCalm(peers: readonly LabPeer[]): Promise<string> {
  const counts = await Promise.all(peers.map(dials));
  const most = Math.max(...counts);
  if (most > stormDials) throw new Error(`a peer dialled ${most} times: ${counts.join(', ')}`);
  return `at most ${most} dials a peer`;
}

export const links: Scenario[] = [
  {
    name: 'link-lossy',
    about: 'A job completes over a link of 100 ms ± 20 ms that loses 2 %',
    withinMs: 120_000,
    async run(lab, signal) {
      const { requester, workers, flights, dataset } = await onBadLink(lab, { delayMs: 100, jitterMs: 20, loss: 0.02 }, 4_000);
      const seconds = await checkFlights(requester, await postFlights(requester, dataset, { quorum: 2 }), flights, signal);
      return `right totals after ${seconds.toFixed(1)} s, ${await assertCalm([requester, ...workers])}`;
    },
  },
  {
    name: 'link-narrow',
    about: 'A job whose data leaves over 1 Mbit/s completes',
    withinMs: 180_000,
    async run(lab, signal) {
      const { requester, workers, flights, dataset } = await onBadLink(lab, { delayMs: 15, upBitsPerSecond: 1_000_000, downBitsPerSecond: 20_000_000 }, 2_000, 'requester');
      const seconds = await checkFlights(requester, await postFlights(requester, dataset), flights, signal);
      return `right totals after ${seconds.toFixed(1)} s, ${await assertCalm([requester, ...workers])}`;
    },
  },
  {
    name: 'link-stall',
    about: 'A link stalls for 20 s in the middle of a job, without closing; the job completes soon after',
    withinMs: 180_000,
    async run(lab, signal) {
      const { requester, workers, wires, flights, dataset } = await onBadLink(lab, { delayMs: 5 }, 400_000);
      const job = await postFlights(requester, dataset, { quorum: 2 });
      await until('the first unit', 60_000, async () => (await requester.client.job(job)).job.accepted > 0);
      await wires[0]?.link?.stall(true);
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      await wires[0]?.link?.stall(false);
      const seconds = await checkFlights(requester, job, flights, signal);
      if (seconds > 60) throw new Error(`the job took ${seconds.toFixed(0)} s more once the link was back`);
      return `right totals ${seconds.toFixed(1)} s after the link was back, ${await assertCalm([requester, ...workers])}`;
    },
  },
  {
    name: 'laptop-sleeps',
    about: 'A requester sleeps for two minutes in the middle of its job and wakes under another address; the job completes',
    withinMs: 300_000,
    async run(lab, signal) {
      const { requester, workers, wires, flights, dataset } = await onBadLink(lab, {}, 400_000);
      const job = await postFlights(requester, dataset, { quorum: 2 });
      await until('the first unit', 60_000, async () => (await requester.client.job(job)).job.accepted > 0);
      requester.signal('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 120_000));
      await lab.changeAddress(wires[0] as Wire, '10.3.0.1/16', '10.3.9.9/16');
      requester.signal('SIGCONT');
      const seconds = await checkFlights(requester, job, flights, signal);
      if (seconds > 60) throw new Error(`the job took ${seconds.toFixed(0)} s more after waking`);
      return `right totals ${seconds.toFixed(1)} s after waking, ${await assertCalm([requester, ...workers])}`;
    },
  },
];
