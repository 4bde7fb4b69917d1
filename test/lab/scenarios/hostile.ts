import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Host, Lab } from '../net/lab.ts';
import { memoryOf } from '../peers/blob.ts';
import { checkFlights, heardOf, holdFlights, makeFlights, postFlights } from '../peers/job.ts';
import { startPeer } from '../peers/peer.ts';
import type { Scenario } from '../run/scenario.ts';

const flooder = fileURLToPath(new URL('../peers/flood.ts', import.meta.url));

function flood(lab: Lab, from: Host, how: string, address: string): void {
  const child = spawn('ip', ['netns', 'exec', from.namespace, process.execPath, '--conditions=@shoal/source', flooder, how, address], { stdio: 'ignore' });
  lab.onClose(() => void child.kill('SIGKILL'));
}

/** What a flood may add to the memory of the one who is flooded. */
const maxAddedMb = 150;
/** An honest job beside it may take so much longer; the floods of this lab share the two cores of a small machine with it. */
const maxSlowdown = 1.5;

function scenario(name: string, about: string, how: string): Scenario {
  return {
    name,
    about,
    withinMs: 180_000,
    async run(lab, signal) {
      const to = await lab.switch();
      const hosts: Host[] = [];
      for (let number = 1; number <= 4; number += 1) hosts.push(await lab.host());
      for (const [place, host] of hosts.entries()) await lab.wire(host, to, `10.6.0.${place + 1}/16`);
      const [first, second, third, stranger] = hosts as [Host, Host, Host, Host];
      const victim = await startPeer(lab, first, { name: 'victim', slots: 0 });
      const bootstrap = victim.addresses.find((address) => address.includes('/10.6.')) ?? '';
      const workers = [await startPeer(lab, second, { name: 'worker-1', args: ['--bootstrap', bootstrap] }), await startPeer(lab, third, { name: 'worker-2', args: ['--bootstrap', bootstrap] })];
      const flights = await makeFlights(lab, 8, 100_000);
      let dataset = '';
      for (const worker of workers) dataset = await holdFlights(flights, worker);
      await heardOf(victim, dataset, 2);
      await checkFlights(victim, await postFlights(victim, dataset), flights, signal); // warm: programs and sandboxes are there
      const before = await checkFlights(victim, await postFlights(victim, dataset), flights, signal);
      const memory = (await memoryOf(victim)).nowMB;
      flood(lab, stranger, how, bootstrap);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const beside = await checkFlights(victim, await postFlights(victim, dataset), flights, signal);
      const added = (await memoryOf(victim)).nowMB - memory;
      const figures = `${(beside / before).toFixed(2)} x the time (${before.toFixed(1)} s to ${beside.toFixed(1)} s), ${Math.round(added)} MB more`;
      if (added > maxAddedMb) throw new Error(`the victim grew: ${figures}`);
      if (beside > Math.max(before * maxSlowdown, before + 1)) throw new Error(`the honest job suffered: ${figures}`);
      return figures;
    },
  };
}

export const hostile: Scenario[] = [
  scenario('hostile-dials', 'A thousand connections a few seconds from one address leave an honest job alone', 'dials'),
  scenario('hostile-silent', 'Hundreds of connections that say nothing, and never end, leave an honest job alone', 'silent'),
];
