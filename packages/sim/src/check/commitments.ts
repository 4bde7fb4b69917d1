import type { Cid, Crypto, PeerId } from '@shoal/runtime';
import type { JobLedger } from '@shoal/engine';
import { digestOf, type FactOf } from '@shoal/protocol';

/** Results that each worker showed after it had committed to them, by unit. */
type Opened = Map<number, Map<PeerId, Set<Cid>>>;

/** As of so many entries. */
const looked = new WeakMap<JobLedger, { entries: number; opened: Opened }>();
const hashes = new WeakMap<FactOf<'revealed'>, string>();

/**
 * Results that a worker showed and had committed to, from the entries alone and with a hash of its own: nothing of the
 * engine's, against which it is held.
 */
export function commitmentsOpened(ledger: JobLedger, unit: number, worker: PeerId, crypto: Crypto): ReadonlySet<Cid> {
  let known = looked.get(ledger);
  if (known?.entries !== ledger.entries.size) looked.set(ledger, (known = { entries: ledger.entries.size, opened: openedIn(ledger, crypto) }));
  return known.opened.get(unit)?.get(worker) ?? new Set();
}

function openedIn(ledger: JobLedger, crypto: Crypto): Opened {
  const bound = new Set<string>();
  const opened: Opened = new Map();
  for (const { author, value } of ledger.entries.values()) {
    for (const fact of value.facts) if (fact.kind === 'committed') bound.add(`${fact.unit}/${author}/${hex(fact.commitment)}`);
  }
  for (const { author, value } of ledger.entries.values()) {
    for (const fact of value.facts) {
      if (fact.kind !== 'revealed' || !bound.has(`${fact.unit}/${author}/${commitmentTo(ledger.job, author, fact, crypto)}`)) continue;
      const workers = opened.get(fact.unit) ?? new Map<PeerId, Set<Cid>>();
      opened.set(fact.unit, workers.set(author, (workers.get(author) ?? new Set<Cid>()).add(fact.result)));
    }
  }
  return opened;
}

/** Whether a worker had bound itself to what it shows, by what it said before. */
export function commitsTo(ledger: JobLedger, worker: PeerId, fact: FactOf<'revealed'>, crypto: Crypto): boolean {
  return ledger.units.get(fact.unit)?.commitments.get(worker)?.has(commitmentTo(ledger.job, worker, fact, crypto)) === true;
}

/** As the protocol has it: SHA-256 over a domain, the unit, the worker's name, the job, a salt and the result. */
function commitmentTo(job: Cid, worker: PeerId, fact: FactOf<'revealed'>, crypto: Crypto): string {
  let hash = hashes.get(fact);
  if (hash === undefined) {
    hash = hex(crypto.sha256(Buffer.concat([Buffer.from(`shoal/commit/1\0${fact.unit}\0${worker}\0`), digestOf(job), fact.salt, digestOf(fact.result)])));
    hashes.set(fact, hash);
  }
  return hash;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
