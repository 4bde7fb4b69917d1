import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

const nameServer = fileURLToPath(new URL('../peers/name-server.ts', import.meta.url));

export const names: Scenario[] = [
  {
    name: 'join-dns',
    about: 'A peer that is given a DNS name joins by the address that the name has now, and by another one when that has changed',
    withinMs: 120_000,
    async run(lab) {
      const to = await lab.switch();
      const [server, one, other, newcomer, late] = [await lab.host(), await lab.host(), await lab.host(), await lab.host(), await lab.host()];
      for (const [place, host] of [server, one, other, newcomer, late].entries()) await lab.wire(host, to, `10.9.0.${place + 1}/16`);
      const say = async (address: string): Promise<() => void> => {
        const child = spawn('ip', ['netns', 'exec', server.namespace, process.execPath, nameServer, '10.9.0.1', '_dnsaddr.mesh.lab', `dnsaddr=${address}`], { stdio: ['ignore', 'pipe', 'inherit'] });
        lab.onClose(() => void child.kill('SIGKILL'));
        await once(child.stdout, 'data');
        return () => void child.kill('SIGKILL');
      };
      const seconds: number[] = [];
      for (const [host, from, number] of [[one, newcomer, 1], [other, late, 2]] as const) {
        const first = await startPeer(lab, host, { name: `first-${number}`, slots: 0 });
        const address = first.addresses.find((text) => text.includes('/10.9.')) ?? '';
        const hush = await say(address);
        await lab.resolveBy(from, '10.9.0.1');
        const begin = performance.now();
        const joined = await startPeer(lab, from, { name: `newcomer-${number}`, slots: 0, args: ['--bootstrap', '/dnsaddr/mesh.lab'] });
        await until('the newcomer to be connected', 30_000, async () => (await joined.client.status()).links.some(({ peer }) => peer === first.id));
        seconds.push((performance.now() - begin) / 1_000);
        hush();
      }
      return `connected ${seconds.map((each) => each.toFixed(1)).join(' and ')} s after the start`;
    },
  },
];
