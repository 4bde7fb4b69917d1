import { creditScope } from '../credit/credit.ts';
import type { TestMesh, TestPeer } from './mesh.ts';

/** What a mesh that has come to rest still holds and should not. Finished jobs must have had the time to linger. */
export function leftoversOf(mesh: TestMesh): string[] {
  return mesh.peers.filter(({ up }) => up).flatMap((peer) => leftoversAt(peer, mesh.now).map((what) => `${peer.id.slice(-6)}: ${what}`));
}

function leftoversAt({ engine, journal, running }: TestPeer, now: number): string[] {
  const left: string[] = [];
  const none = (what: string, count: number): void => {
    if (count > 0) left.push(`${count} ${what}`);
  };
  for (const job of engine.requested.values()) left.push(`requested job ${job.outcome}, ${job.active.size} active, ${job.units - job.settled.size} open units`);
  none('jobs worked on', engine.worked.size);
  none('jobs stewarded', engine.stewarded.size);
  none('bids', [...engine.bidding.values()].filter(({ until }) => until > now).length);
  none('runs', running.size);
  none('open scopes of the journal', journal.scopes({ closed: false }).filter(({ scope }) => scope !== '' && scope !== creditScope).length);
  const timers = Object.keys(Object.fromEntries((engine.timers as unknown as { due: Map<string, number> }).due)).filter((key) => key !== 'advertise' && key !== 'hours');
  for (const key of timers) left.push(`timer ${key}`);
  none('facts in the outbox', (engine.outbox as unknown as { pending: Map<string, unknown> }).pending.size);
  return left;
}
