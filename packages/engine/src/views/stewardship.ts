import type { PeerId } from '@shoal/runtime';
import type { Reason } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';
import type { RequestedJob } from '../requester/job.ts';
import type { StewardshipView } from './types.ts';

/** To whom a job is entrusted, by its ledger; `job` adds what is only known while it is open. */
export function stewardshipOf(ledger: JobLedger, job?: RequestedJob): StewardshipView | undefined {
  const { posted, delegations } = ledger;
  const asked = { stewards: posted?.spec.stewards ?? 0, keepers: posted?.spec.keepers ?? 0 };
  if (asked.stewards + asked.keepers === 0) return undefined;
  const { current } = delegations;
  const there = (peer: PeerId): boolean => job?.trust.peers.get(peer)?.knows === true;
  const kept = (peer: PeerId): number => [...ledger.kept.values()].filter((units) => units.has(peer)).length;
  const stewards = (current?.stewards ?? []).map((peer) => ({ peer, there: there(peer) }));
  const keepers = (current?.keepers ?? []).map((peer) => ({ peer, there: there(peer), kept: kept(peer) }));
  const reasons = job?.outcome === 'open' ? shortages(job, asked, stewards.length, keepers.length) : [];
  return { asked, stewards, keepers, acted: [...delegations.acted].sort(), reasons };
}

function shortages({ trust, ledger }: RequestedJob, asked: StewardshipView['asked'], stewards: number, keepers: number): Reason[] {
  const reasons: Reason[] = [];
  if (ledger.delegations.current === undefined && trust.refused.size === 0) reasons.push({ code: 'not-entrusted', text: 'nobody was found yet who would' });
  else if (stewards < asked.stewards || keepers < asked.keepers) reasons.push({ code: 'too-few-willing', text: 'no other peer that is known is willing' });
  for (const [peer, { reason }] of trust.refused) reasons.push({ code: reason.code, text: `${peer.slice(-6)}: ${reason.text}` });
  return reasons.slice(0, 4);
}
