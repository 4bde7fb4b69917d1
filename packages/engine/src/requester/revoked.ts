import type { PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { isRevoked, requesterRefusal } from '../policy/members.ts';
import { discharge } from '../steward/discharge.ts';
import { leave } from '../worker/lease.ts';
import { dropLease } from './leases.ts';

/**
 * The authority took somebody back: such peers are forgotten, their leases end, and nothing is done for their jobs any
 * more. What they had committed to counts no more; what was accepted stays.
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
  // By what they posted, should their adverts be forgotten by now.
  const isOfGone = ({ ledger: { posted } }: { ledger: JobLedger }): boolean =>
    posted !== undefined && (gone.has(posted.requester) || requesterRefusal(engine, posted, turn.now)?.code === 'membership-revoked');
  for (const job of [...engine.worked.values()].filter(isOfGone)) leave(turn, job, reason);
  for (const job of [...engine.stewarded.values()].filter(isOfGone)) discharge(turn, job, reason.code);
}
