import { countedReasons } from '../jobs/describe.ts';
import type { DemoState } from './state.ts';

/** Where the job stands, for the text of a demo that came to no end. */
export function describeStuck({ job, units, peers }: DemoState): string {
  if (job === undefined) return '';
  const numberOf = (id: string): string => String(peers.find((peer) => peer.id === id)?.number ?? '?');
  const workers = job.workers.map(({ peer, state, committed, running }) => {
    const runs = running.length === 0 ? '' : `, runs ${running.join(' ')}`;
    return `peer ${numberOf(peer)}: ${state}, ${committed} committed${runs}`;
  });
  const open = units
    .filter((unit) => unit.state !== 'accepted')
    .map(({ unit, state, committed }) => `${unit} ${state}${committed.length === 0 ? '' : ` (${committed.map(numberOf).join(' ')})`}`);
  return [
    `\n${job.accepted} of ${job.units} units accepted, ${job.executions} committed, ${job.failures} failed`,
    `workers: ${workers.join('; ')}`,
    `units: ${open.join(', ')}`,
    ...countedReasons(job.waiting).map((text) => `waits: ${text}`),
  ].join('\n');
}
