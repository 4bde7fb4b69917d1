import type { Cid, Crypto, PeerId } from '@shoal/runtime';
import { decodeResult, digestOf, documentCid, ProtocolError, unitCount, type Entry, type Fact, type FactOf, type JobSpec, type Reason } from '@shoal/protocol';
import { hexOf } from '../hex.ts';
import { commitmentOf } from '../verify/commitment.ts';
import { SortedIds } from './reconcile.ts';
import { emptyUnit, type UnitFacts } from './unit-facts.ts';

export interface LeaseFacts {
  lease: string;
  worker: PeerId;
  /** The latest end that was ever stated. */
  until: number;
}

/**
 * The state of one job: a pure fold over its set of entries. Adding an entry twice, or entries in another order,
 * gives the same state. Who may say what is decided here: only the requester awards, accepts and cancels,
 * and a worker speaks for itself alone.
 */
export class JobLedger {
  readonly job: Cid;
  readonly entries = new Map<Cid, Entry>();
  /** Digests of the entries, for comparing with others. */
  readonly ids: SortedIds;
  /** Of all entries together. */
  bytes = 0;
  /** By lease and worker: a requester that gives one lease to two shows up as two. */
  readonly leases = new Map<string, LeaseFacts>();
  readonly released = new Map<string, Reason>();
  private readonly leased = new Set<PeerId>();
  readonly bids = new Map<PeerId, FactOf<'bid'> & { id: Cid }>();
  readonly units = new Map<number, UnitFacts>();
  readonly cancelled = new Map<Cid, Reason>();
  /** By entry and worker. */
  readonly receipts = new Map<string, FactOf<'receipt'> & { id: Cid }>();
  /** Workers that agreed, by the entry of their receipt. */
  readonly countersigned = new Map<Cid, Set<PeerId>>();
  posted: { spec: JobSpec; requester: PeerId; at: number; mesh: string } | undefined;
  /** Entries that came before the posting. Not from strangers: whoever takes entries from others knows the posting. */
  private readonly orphans = new Map<Cid, Entry>();
  private readonly opened = new WeakMap<FactOf<'revealed'>, string>();
  private readonly views = new Map<PeerId, SortedIds>();
  private readonly crypto: Crypto;

  constructor(job: Cid, crypto: Crypto) {
    this.job = job;
    this.crypto = crypto;
    this.ids = new SortedIds(crypto);
  }

  /** Adds an entry that was opened and verified; false when it is of another job or was here already. */
  add(entry: Entry): boolean {
    if (entry.job !== this.job || this.entries.has(entry.id) || this.orphans.has(entry.id)) return false;
    if (entry.id === this.job) {
      const [fact] = entry.value.facts;
      if (fact?.kind !== 'posted' || entry.value.facts.length !== 1) return false;
      this.posted = { spec: fact.spec, requester: entry.author, at: entry.value.at, mesh: fact.mesh };
      this.keep(entry);
      for (const orphan of this.orphans.values()) this.fold(orphan);
      this.orphans.clear();
      return true;
    }
    if (this.posted !== undefined) {
      this.fold(entry);
      return true;
    }
    this.orphans.set(entry.id, entry);
    return true;
  }

  unit(index: number): UnitFacts {
    let facts = this.units.get(index);
    if (facts === undefined) this.units.set(index, (facts = emptyUnit(this.isWorker)));
    return facts;
  }

  /** Leases that were given and not taken back, the one that ends last first. */
  openLeases(): LeaseFacts[] {
    const open = [...this.leases].filter(([key]) => !this.released.has(key));
    return open.sort(([a, one], [b, other]) => other.until - one.until || (a < b ? -1 : 1)).map(([, lease]) => lease);
  }

  /** Whether the requester ever gave this peer a lease. */
  readonly isWorker = (peer: PeerId): boolean => this.leased.has(peer);

  /** The commitment that a reveal opens; undefined where its document is not what it claims to be. */
  openedBy(fact: FactOf<'revealed'>, worker: PeerId): string | undefined {
    const known = this.opened.get(fact);
    if (known !== undefined) return known;
    const maxBytes = this.posted?.spec.resources.outputBytes ?? 0;
    if (documentCid(fact.document, this.crypto) !== fact.result || !isResult(fact.document, maxBytes)) return undefined;
    const opens = hexOf(commitmentOf({ job: this.job, unit: fact.unit, worker, salt: fact.salt, result: fact.result }, this.crypto));
    this.opened.set(fact, opens);
    return opens;
  }

  /**
   * What a worker may see of the ledger: what the requester said, and what it said itself. Others' results it could
   * otherwise read before it commits to one.
   */
  idsFor(worker: PeerId): SortedIds {
    let ids = this.views.get(worker);
    if (ids !== undefined) return ids;
    this.views.set(worker, (ids = new SortedIds(this.crypto)));
    for (const entry of this.entries.values()) {
      if (entry.author === worker || entry.author === this.posted?.requester) ids.insert(digestOf(entry.id));
    }
    return ids;
  }

  /** A worker asks no more. */
  dropView(worker: PeerId): void {
    this.views.delete(worker);
  }

  private keep(entry: Entry): void {
    this.entries.set(entry.id, entry);
    this.bytes += entry.bytes.length;
    const digest = digestOf(entry.id);
    this.ids.insert(digest);
    if (entry.author === this.posted?.requester) for (const ids of this.views.values()) ids.insert(digest);
    else this.views.get(entry.author)?.insert(digest);
  }

  private fold(entry: Entry): void {
    this.keep(entry);
    for (const fact of entry.value.facts) this.foldFact(fact, entry);
  }

  private foldFact(fact: Fact, entry: Entry): void {
    const posted = this.posted;
    if (posted === undefined) return;
    if ('unit' in fact && fact.unit >= unitCount(posted.spec)) return;
    if (entry.author === posted.requester) this.foldRequester(fact, entry);
    this.foldWorker(fact, entry);
  }

  private foldRequester(fact: Fact, entry: Entry): void {
    switch (fact.kind) {
      case 'leased': {
        const key = `${fact.lease}/${fact.worker}`;
        const until = Math.max(this.leases.get(key)?.until ?? 0, fact.until);
        this.leases.set(key, { lease: fact.lease, worker: fact.worker, until });
        this.leased.add(fact.worker);
        return;
      }
      case 'released':
        this.released.set(`${fact.lease}/${fact.worker}`, smaller(this.released.get(`${fact.lease}/${fact.worker}`), fact.reason));
        return;
      case 'accepted': {
        const accepted = this.unit(fact.unit).accepted;
        accepted.set(fact.result, new Set([...(accepted.get(fact.result) ?? []), ...fact.workers]));
        return;
      }
      case 'abandoned':
        this.unit(fact.unit).abandoned.set(entry.id, fact.reason);
        return;
      case 'cancelled':
        this.cancelled.set(entry.id, fact.reason);
        return;
      case 'receipt':
        this.receipts.set(`${entry.id}/${fact.worker}`, { ...fact, id: entry.id });
        return;
      default:
    }
  }

  private foldWorker(fact: Fact, entry: Entry): void {
    const worker = entry.author;
    switch (fact.kind) {
      case 'bid': {
        const known = this.bids.get(worker);
        if (known === undefined || fact.until > known.until || (fact.until === known.until && entry.id > known.id)) {
          this.bids.set(worker, { ...fact, id: entry.id });
        }
        return;
      }
      case 'committed': {
        const { commitments } = this.unit(fact.unit);
        commitments.set(worker, (commitments.get(worker) ?? new Set()).add(hexOf(fact.commitment)));
        return;
      }
      case 'revealed': {
        const opens = this.openedBy(fact, worker);
        if (opens === undefined) return;
        const { revealed } = this.unit(fact.unit);
        revealed.set(worker, (revealed.get(worker) ?? new Map()).set(opens, { result: fact.result, document: fact.document, opens }));
        return;
      }
      case 'failed': {
        const { failures } = this.unit(fact.unit);
        const failure = { reason: fact.reason, deterministic: fact.deterministic, at: entry.value.at };
        failures.set(worker, (failures.get(worker) ?? new Map()).set(entry.id, failure));
        return;
      }
      case 'countersigned':
        this.countersigned.set(fact.receipt, (this.countersigned.get(fact.receipt) ?? new Set()).add(worker));
        return;
      default:
    }
  }
}

/** Whether everybody can read it, and it names no more than a unit may put out: its requester fetches what it names. */
function isResult(document: Uint8Array, maxBytes: number): boolean {
  try {
    const { stdout, files } = decodeResult(document);
    return [stdout, ...files.map(({ content }) => content)].reduce((sum, output) => sum + ('inline' in output ? output.inline.length : output.bytes), 0) <= maxBytes;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Of two reasons the same one, whichever came first. */
function smaller(a: Reason | undefined, b: Reason): Reason {
  if (a === undefined) return b;
  return `${a.code}\0${a.text}` <= `${b.code}\0${b.text}` ? a : b;
}
