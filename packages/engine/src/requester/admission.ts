import type { PeerId } from '@shoal/runtime';
import type { Entry, Fact, FactOf } from '@shoal/protocol';
import { hexOf } from '../hex.ts';
import type { RequestedJob } from './job.ts';

/** What is looked at of a job. */
export type Judged = Pick<RequestedJob, 'ledger' | 'units' | 'spec'>;

/** Room for the frame of an entry. */
const frameBytes = 1_024;
/** What a fact takes, but for a document that it carries. */
const factBytes = 5_120;
const knownFactBytes = 512;
/** A worker that contradicts itself is known by the second word; more would only fill the ledger. */
const maxContradictions = 2;

/**
 * Whether a worker's entry is taken into the ledger, where it stays for good: only from those who had a lease, only
 * with news, and with no more than its news may weigh. So a worker can fill a ledger no further than its work would.
 */
export function isWorthKeeping(job: Judged, { author, value, bytes }: Entry): boolean {
  let allowedBytes = frameBytes;
  let isNews = false;
  const said = new Set<string>();
  for (const fact of value.facts) {
    const worth = worthOf(job, fact, author);
    const what = worth === 'refused' ? '' : whatIsSaid(job, fact, author);
    if (worth === 'refused' || said.has(what)) return false;
    said.add(what);
    isNews ||= worth === 'new';
    if (worth === 'known') allowedBytes += knownFactBytes;
    else allowedBytes += factBytes + (fact.kind === 'revealed' ? 2 * fact.document.length : 0);
  }
  return isNews && bytes.length <= allowedBytes;
}

/** Two facts of one entry that say the same thing: what is news is so once. */
function whatIsSaid({ ledger }: Judged, fact: Fact, author: PeerId): string {
  switch (fact.kind) {
    case 'committed':
      return `committed/${fact.unit}/${hexOf(fact.commitment)}`;
    case 'revealed':
      return `revealed/${fact.unit}/${ledger.openedBy(fact, author)}`;
    case 'kept':
      return `kept/${fact.unit}/${fact.result}`;
    case 'countersigned':
      return `countersigned/${fact.receipt}`;
    default:
      return 'unit' in fact ? `${fact.kind}/${fact.unit}` : fact.kind;
  }
}

/** What a steward may be told of a worker's bid, should it come again and again. */
const maxBidBytes = 4_096;

function worthOf(job: Judged, fact: Fact, author: PeerId): 'new' | 'known' | 'refused' {
  const { ledger, units, spec } = job;
  if ('unit' in fact && fact.unit >= units) return 'refused';
  if (fact.kind === 'kept') return worthOfKept(job, fact, author);
  if (!ledger.isWorker(author)) return 'refused';
  switch (fact.kind) {
    case 'bid':
      // Of a peer that somebody else gave a lease: what it holds is told there.
      return (ledger.bids.get(author)?.until ?? 0) < fact.until && ledger.bytesBy(author) < maxBidBytes + fact.holds.length * 4 ? 'new' : 'refused';
    case 'committed': {
      const known = ledger.units.get(fact.unit)?.commitments.get(author);
      if (known?.has(hexOf(fact.commitment)) === true) return 'known';
      return known === undefined || known.size < maxContradictions ? 'new' : 'refused';
    }
    case 'revealed': {
      const opens = ledger.openedBy(fact, author);
      const known = ledger.units.get(fact.unit)?.revealed.get(author);
      if (opens === undefined) return 'refused';
      if (known?.has(opens) === true) return 'known';
      return known === undefined || known.size < maxContradictions ? 'new' : 'refused';
    }
    case 'failed': {
      const known = ledger.units.get(fact.unit)?.failures.get(author);
      return known === undefined || known.size <= spec.retries ? 'new' : 'known';
    }
    case 'countersigned': {
      const isOpen = ledger.receipts.has(`${fact.receipt}/${author}`) && ledger.countersigned.get(fact.receipt)?.has(author) !== true;
      return isOpen ? 'new' : 'known';
    }
    default:
      return 'refused';
  }
}

function worthOfKept({ ledger }: Judged, fact: FactOf<'kept'>, author: PeerId): 'new' | 'known' | 'refused' {
  const isKeeper = ledger.delegations.keepers.has(author) && ledger.units.get(fact.unit)?.accepted.has(fact.result) === true;
  if (!isKeeper) return 'refused';
  return ledger.kept.get(fact.unit)?.get(author)?.has(fact.result) === true ? 'known' : 'new';
}
