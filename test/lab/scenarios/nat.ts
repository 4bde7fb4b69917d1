import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { behindNat, type NatBehaviour } from '../net/nat.ts';
import type { Lab } from '../net/lab.ts';
import { runBig, writeBigProgram } from '../peers/big-result.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

interface Meeting {
  requester: LabPeer;
  worker: LabPeer;
  middle: LabPeer;
}

/** A public peer, and two behind NATs that know only that one. */
async function meet(lab: Lab, first: NatBehaviour, second: NatBehaviour): Promise<Meeting> {
  const internet = await lab.switch();
  const server = await lab.host();
  await lab.wire(server, internet, '45.0.0.1/8');
  const middle = await startPeer(lab, server, { name: 'middle', slots: 0 });
  const bootstrap = middle.addresses.find((address) => address.includes('/45.0.0.1/')) ?? '';
  const one = await behindNat(lab, internet, '45.0.1.1', 1, first);
  const other = await behindNat(lab, internet, '45.0.2.1', 2, second);
  const requester = await startPeer(lab, one.host, { name: 'requester', slots: 0, args: ['--bootstrap', bootstrap] });
  const worker = await startPeer(lab, other.host, { name: 'worker', slots: 1, args: ['--bootstrap', bootstrap] });
  return { requester, worker, middle };
}

async function wayBetween({ requester, worker }: Meeting): Promise<'direct' | 'relayed' | undefined> {
  const links = (await requester.client.status()).links.filter(({ peer }) => peer === worker.id);
  if (links.some(({ way }) => way === 'direct')) return 'direct';
  return links.length === 0 ? undefined : 'relayed';
}

function scenario(name: string, about: string, first: NatBehaviour, second: NatBehaviour, expected: 'direct' | 'relayed'): Scenario {
  return {
    name,
    about,
    withinMs: 180_000,
    async run(lab, signal) {
      const program = await writeBigProgram(lab);
      const meeting = await meet(lab, first, second);
      const begin = performance.now();
      await until('the worker to be heard of', 30_000, async () => (await meeting.requester.client.peers()).some(({ peer, slots }) => peer === meeting.worker.id && slots > 0));
      for (const { client, name: who } of [meeting.requester, meeting.worker]) {
        await until(`${who} to know whether it can be reached`, 30_000, async () => {
          const { reach } = await client.status();
          return reach.verdict === 'reachable' || reach.relays.length > 0;
        });
      }
      const knownMs = performance.now() - begin;
      const { seconds, worker } = await runBig(meeting.requester, program, signal);
      if (worker !== meeting.worker.id) throw new Error(`the unit was run by ${worker}`);
      const way = await wayBetween(meeting);
      if (way !== expected) throw new Error(`the two are connected ${way ?? 'not at all'}, expected ${expected}`);
      const { reach } = await meeting.middle.client.status();
      return `${way}; reach known after ${(knownMs / 1_000).toFixed(1)} s, 50 MB in ${seconds.toFixed(1)} s, ${(reach.relayedBytes / 1e6).toFixed(0)} MB relayed`;
    },
  };
}

const gateway = fileURLToPath(new URL('../peers/gateway.ts', import.meta.url));

async function startGateway(lab: Lab, { host, inner, outer, lan, wan }: Awaited<ReturnType<typeof behindNat>>['router']): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', host.namespace, process.execPath, gateway, inner, outer, lan, wan], { stdio: ['ignore', 'pipe', 'inherit'] });
  lab.onClose(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

const mapped: Scenario = {
  name: 'nat-upnp',
  about: 'A peer behind a port restricted NAT that may ask its router is dialled by strangers at the forwarded port',
  withinMs: 120_000,
  async run(lab) {
    const internet = await lab.switch();
    const [server, guest] = [await lab.host(), await lab.host()];
    await lab.wire(server, internet, '45.0.0.1/8');
    await lab.wire(guest, internet, '45.0.0.2/8');
    const middle = await startPeer(lab, server, { name: 'middle', slots: 0 });
    const home = await behindNat(lab, internet, '45.0.1.1', 1, 'steady');
    await startGateway(lab, home.router);
    const begin = performance.now();
    const args = ['--upnp', '--bootstrap', middle.addresses.find((address) => address.includes('/45.0.0.1/')) ?? ''];
    const inside = await startPeer(lab, home.host, { name: 'inside', slots: 0, args });
    const outer = `/ip4/45.0.1.1/tcp/4001/p2p/${inside.id}`;
    await until('the peer to know that it can be dialled', 60_000, async () => {
      const { reach, addresses } = await inside.client.status();
      return reach.verdict === 'reachable' && addresses.some((address) => address.startsWith('/ip4/45.0.1.1/tcp/4001'));
    }, () => undefined);
    const seconds = (performance.now() - begin) / 1_000;
    // A stranger that knows this address alone.
    const visitor = await startPeer(lab, guest, { name: 'visitor', slots: 0, args: ['--bootstrap', outer] });
    await until('the visitor to be connected', 20_000, async () => (await visitor.client.status()).links.some(({ address }) => address.startsWith('/ip4/45.0.1.1/tcp/4001')));
    return `dialled by a stranger at its router's port, known after ${seconds.toFixed(1)} s`;
  },
};

export const nat: Scenario[] = [
  mapped,
  scenario('nat-symmetric', 'Two peers behind symmetric NATs work together through a relay', 'changing', 'changing', 'relayed'),
  scenario('nat-steady', 'Two peers behind port restricted NATs punch through and work together directly', 'steady', 'steady', 'direct'),
  scenario('nat-open', 'A peer behind an open NAT is found out to be reachable and is dialled', 'steady', 'open', 'direct'),
];
