import type { PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { isRevoked } from '../policy/members.ts';
import { dropLease } from './leases.ts';

/**
 * The authority took somebody back: such peers are forgotten, and their leases end. What they had committed to counts
 * no more; what was accepted stays.
 */
export function receiveRevoked(turn: Turn, { peers, invitations }: { peers: PeerId[]; invitations: string[] }): void {
  const { engine } = turn;
  engine.revoked = { peers: new Set(peers), invitations: new Set(invitations) };
  const gone = new Set<PeerId>(peers);
  engine.roster.forget((advert) => {
    const isGone = advert.invitation !== undefined && isRevoked(engine.revoked, advert.author, advert.invitation);
    if (isGone) gone.add(advert.author);
    return isGone;
  });
  const reason = { code: 'membership-revoked', text: 'it no longer belongs to this mesh' };
  for (const job of engine.requested.values()) {
    if (job.outcome !== 'open') continue;
    for (const lease of job.leases.values()) if (gone.has(lease.worker)) dropLease(turn, job, lease, reason);
  }
}
