import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Host, Lab } from '../net/lab.ts';
import { memoryOf } from '../peers/blob.ts';
import { checkFlights, heardOf, holdFlights, makeFlights, postFlights } from '../peers/job.ts';
import { startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

const flooder = fileURLToPath(new URL('../peers/flood.ts', import.meta.url));
const stranger = fileURLToPath(new URL('../peers/stranger.ts', import.meta.url));

/** What a peer that floods says of itself, once a second. */
interface Told {
  did: number;
  cut: number;
  connected: boolean;
}

/** Starts a peer of the mesh that floods; it yields to the others of this machine, as one elsewhere would, unless that would keep it from being many. */
function strange(lab: Lab, from: Host, how: string, ...args: string[]): () => Told | undefined {
  const child = spawn('ip', ['netns', 'exec', from.namespace, 'nice', '-n', how === 'identities' ? '0' : '10', process.execPath, '--conditions=@shoal/source', stranger, how, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  lab.onClose(() => void child.kill('SIGKILL'));
  let last: Told | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => (last = JSON.parse(line) as Told));
  return () => last;
}

function flood(lab: Lab, from: Host, how: string, address: string): void {
  const child = spawn('ip', ['netns', 'exec', from.namespace, process.execPath, '--conditions=@shoal/source', flooder, how, address], { stdio: 'ignore' });
  lab.onClose(() => void child.kill('SIGKILL'));
}

/** What a flood may add to the memory of the one who is flooded. */
const maxAddedMb = 150;
/** As many as the stranger makes. */
const identities = 1_000;
/** An honest job beside it may take so much longer; the floods of this lab share the two cores of a small machine with it. */
const maxSlowdown = 1.5;

/** `isOffender`: what it does is beyond what an honest peer can do, and it has to be cut off for it. */
function scenario(name: string, about: string, how: string, by: 'nobody' | 'peer' = 'nobody', isOffender = false): Scenario {
  return {
    name,
    about,
    withinMs: 280_000,
    async run(lab, signal) {
      const to = await lab.switch();
      const hosts: Host[] = [];
      for (let number = 1; number <= 4; number += 1) hosts.push(await lab.host());
      for (const [place, host] of hosts.entries()) await lab.wire(host, to, `10.6.0.${place + 1}/16`);
      const [first, second, third, fourth] = hosts as [Host, Host, Host, Host];
      const victim = await startPeer(lab, first, { name: 'victim', slots: 0 });
      const bootstrap = victim.addresses.find((address) => address.includes('/10.6.')) ?? '';
      const workers = [await startPeer(lab, second, { name: 'worker-1', args: ['--bootstrap', bootstrap] }), await startPeer(lab, third, { name: 'worker-2', args: ['--bootstrap', bootstrap] })];
      const flights = await makeFlights(lab, 8, 400_000);
      let dataset = '';
      for (const holder of by === 'peer' ? [...workers, victim] : workers) dataset = await holdFlights(flights, holder);
      await heardOf(victim, dataset, 2);
      await checkFlights(victim, await postFlights(victim, dataset), flights, signal); // warm: programs and sandboxes are there
      const before = await checkFlights(victim, await postFlights(victim, dataset), flights, signal);
      const memory = (await memoryOf(victim)).nowMB;
      const told = by === 'peer' ? strange(lab, fourth, how, bootstrap, dataset) : undefined;
      if (told === undefined) flood(lab, fourth, how, bootstrap);
      else await until('the flood to begin', 30_000, () => (told()?.did ?? 0) > 0);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const beside = await checkFlights(victim, await postFlights(victim, dataset), flights, signal);
      const added = (await memoryOf(victim)).nowMB - memory;
      if (told !== undefined && isOffender) await until('the offender to be cut off', 60_000, () => (told()?.cut ?? 0) > 0, told);
      if (how === 'identities') await until('all identities to have come', 150_000, () => (told?.()?.did ?? 0) >= identities, told);
      const figures = `${(beside / before).toFixed(2)} x the time (${before.toFixed(1)} s to ${beside.toFixed(1)} s), ${Math.round(added)} MB more${told === undefined ? '' : `; the flood: ${JSON.stringify(told())}`}`;
      if (added > maxAddedMb) throw new Error(`the victim grew: ${figures}`);
      if (beside > Math.max(before * maxSlowdown, before + 1)) throw new Error(`the honest job suffered: ${figures}`);
      return figures;
    },
  };
}

export const hostile: Scenario[] = [
  scenario('hostile-dials', 'A thousand connections a few seconds from one address leave an honest job alone', 'dials'),
  scenario('hostile-silent', 'Hundreds of connections that say nothing, and never end, leave an honest job alone', 'silent'),
  scenario('hostile-adverts', 'Adverts of peers that nobody ever met, one in ten forged, as fast as one peer can sign them, leave an honest job alone, and it is cut off', 'adverts', 'peer', true),
  scenario('hostile-bids', 'Bids for jobs that nobody offered, by the thousand, leave an honest job alone, and their sender is cut off', 'bids', 'peer', true),
  scenario('hostile-streams', 'Streams by the dozen that ask without end and read nothing leave an honest job alone', 'streams', 'peer'),
  scenario('hostile-identities', 'A thousand identities from one address leave an honest job alone', 'identities', 'peer'),
];
