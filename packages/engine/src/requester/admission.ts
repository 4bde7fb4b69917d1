import type { PeerId } from '@shoal/runtime';
import type { Entry, Fact } from '@shoal/protocol';
import { hexOf } from '../hex.ts';
import type { RequestedJob } from './job.ts';

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
export function isWorthKeeping(job: RequestedJob, { author, value, bytes }: Entry): boolean {
  if (!job.ledger.isWorker(author)) return false;
  let allowedBytes = frameBytes;
  let isNews = false;
  for (const fact of value.facts) {
    const worth = worthOf(job, fact, author);
    if (worth === 'refused') return false;
    isNews ||= worth === 'new';
    if (worth === 'known') allowedBytes += knownFactBytes;
    else allowedBytes += factBytes + (fact.kind === 'revealed' ? 2 * fact.document.length : 0);
  }
  return isNews && bytes.length <= allowedBytes;
}

function worthOf({ ledger, units, spec }: RequestedJob, fact: Fact, author: PeerId): 'new' | 'known' | 'refused' {
  if ('unit' in fact && fact.unit >= units) return 'refused';
  switch (fact.kind) {
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
