import type { Cid, Crypto, PeerId, Signer } from '@shoal/runtime';
import { limits, sealEntry, type Entry, type Fact, type FactKind } from '@shoal/protocol';
import type { Effect } from '../effects.ts';

/** Facts of one entry together stay below this; reveals carry whole documents. */
const maxBatchBytes = 786_432;

/** As whom a fact is stated. A peer that works for itself hears its own facts like anybody else's. */
export type Role = 'requester' | 'worker' | 'keeper';

const workerKinds: ReadonlySet<FactKind> = new Set<FactKind>(['bid', 'committed', 'revealed', 'failed', 'countersigned']);

export function roleOf(fact: Fact): Role {
  if (fact.kind === 'kept') return 'keeper';
  return workerKinds.has(fact.kind) ? 'worker' : 'requester';
}

/** Who signs. */
interface Signing {
  signer: Signer;
  crypto: Crypto;
}

interface Pending {
  role: Role;
  facts: Fact[];
  to: Set<PeerId>;
}

/**
 * Facts that this peer has decided to state, until the burst ends: then each job's facts go under one signature,
 * into the journal, and to whom they concern.
 */
export class Outbox {
  private readonly pending = new Map<string, { job: Cid } & Pending>();

  /** Entries that wait for the burst to end. */
  get size(): number {
    return this.pending.size;
  }

  /** States a fact about a job, and sends it to those peers once it is durable. Facts for the same peers share an entry. */
  state(job: Cid, fact: Fact, to: readonly PeerId[]): void {
    const role = roleOf(fact);
    // A delegation is shown to whoever is to believe a steward: it travels without the rest.
    const part = fact.kind === 'delegated' ? fact.kind : '';
    const key = `${role}${part}/${job}/${[...to].sort().join(',')}`;
    const pending = this.pending.get(key) ?? { role, job, facts: [], to: new Set(to) };
    pending.facts.push(bounded(fact));
    this.pending.set(key, pending);
  }

  /** Signs all that is pending. `record` adds an entry to the ledger of the role that stated it. */
  flush({ signer, crypto }: Signing, now: number, effects: Effect[], record: (entry: Entry, role: Role) => void): void {
    for (const { role, job, facts, to } of this.pending.values()) {
      const entries = batches(facts).map((batch) => sealEntry({ job, at: now, facts: batch }, signer, crypto));
      for (const entry of entries) record(entry, role);
      effects.push({
        type: 'append',
        records: entries.map((entry) => ({ scope: job, kind: 'entry', key: entry.id, bytes: entry.bytes })),
      });
      for (const peer of to) {
        for (const entry of entries) effects.push({ type: 'send', to: peer, message: { type: 'entries', job, entries: [entry.bytes] } });
      }
    }
    this.pending.clear();
  }
}

/** A reason as long as a fact may carry: others' words are part of it. */
function bounded(fact: Fact): Fact {
  if (!('reason' in fact) || fact.reason.text.length <= limits.maxTextLength) return fact;
  return { ...fact, reason: { ...fact.reason, text: fact.reason.text.slice(0, limits.maxTextLength) } };
}

function batches(facts: Fact[]): Fact[][] {
  const all: Fact[][] = [];
  let batch: Fact[] = [];
  let bytes = 0;
  for (const fact of facts) {
    const factBytes = 256 + (fact.kind === 'revealed' ? fact.document.length : 0);
    if (batch.length > 0 && (batch.length >= limits.maxFactsPerEntry || bytes + factBytes > maxBatchBytes)) {
      all.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(fact);
    bytes += factBytes;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
