import type { Cid, Crypto, PeerId } from '@shoal/runtime';
import { decodeResult, decodeSealedResult, digestOf, documentCid, outputBytesOf, ProtocolError, sealedBytesOf, unitCount, type Entry, type Fact, type FactOf, type JobSpec, type OpenedResult, type Reason, type ResultOpener } from '@shoal/protocol';
import { hexOf } from '../hex.ts';
import { commitmentOf } from '../verify/commitment.ts';
import { Delegations, isDelegable } from './delegations.ts';
import { SortedIds } from './reconcile.ts';
import { compareBytes } from './sorted-ids.ts';
import { emptyUnit, type Revealed, type UnitFacts } from './unit-facts.ts';

export interface LeaseFacts {
  lease: string;
  worker: PeerId;
  /** The latest end that was ever stated. */
  until: number;
}

/**
 * The state of one job: a pure fold over its set of entries. Adding an entry twice, or entries in another order,
 * gives the same state. Who may say what is decided here: only the requester cancels and delegates, it and those to whom
 * it delegated award and accept, and everybody else speaks for itself alone.
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
  readonly delegations = new Delegations();
  /** What workers have in common, where it is known: an operator, a block of addresses. */
  readonly origins = new Map<PeerId, Set<string>>();
  /** Keepers that hold a result's outputs durably, by unit; and those that hold a sealed copy of some, by that. */
  readonly kept = new Map<number, Map<PeerId, Set<Cid>>>();
  readonly keptSealed = new Map<Cid, Set<PeerId>>();
  posted: { spec: JobSpec; requester: PeerId; at: number; mesh: string; nonce: Uint8Array; membership: Uint8Array | undefined } | undefined;
  /** Entries that came before the posting. Not from strangers: whoever takes entries from others knows the posting. */
  private readonly orphans = new Map<Cid, Entry>();
  private readonly opened = new WeakMap<FactOf<'revealed'>, string>();
  /** By worker; one for all who are none. */
  private readonly views = new Map<PeerId | undefined, SortedIds>();
  /** What was added since it was last taken, where somebody passes it on. */
  private fresh: Entry[] | undefined;
  private readonly bytesOf = new Map<PeerId, number>();
  private readonly crypto: Crypto;
  private readonly opener: ResultOpener | undefined;

  /** `opener`: of whoever folds it, who can tell of its own jobs whether a sealed result holds what it claims. */
  constructor(job: Cid, crypto: Crypto, opener?: ResultOpener) {
    this.job = job;
    this.crypto = crypto;
    this.opener = opener;
    this.ids = new SortedIds(crypto);
  }

  /** Adds an entry that was opened and verified; false when it is of another job or was here already. */
  add(entry: Entry): boolean {
    if (entry.job !== this.job || this.entries.has(entry.id) || this.orphans.has(entry.id)) return false;
    if (entry.id === this.job) {
      const [fact] = entry.value.facts;
      if (fact?.kind !== 'posted' || entry.value.facts.length !== 1) return false;
      this.posted = { spec: fact.spec, requester: entry.author, at: entry.value.at, mesh: fact.mesh, nonce: fact.nonce, membership: fact.membership };
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

  /** What was said of a unit: to look at. A look leaves no trace, or the state would depend on who looked. */
  unit(index: number): Readonly<UnitFacts> {
    return this.units.get(index) ?? emptyUnit(this.isVoter);
  }

  /** Leases that were given and not taken back, the one that ends last first. */
  openLeases(): LeaseFacts[] {
    const open = [...this.leases].filter(([key]) => !this.released.has(key));
    return open.sort(([a, one], [b, other]) => other.until - one.until || (a < b ? -1 : 1)).map(([, lease]) => lease);
  }

  /** Whether this peer ever got a lease. */
  isWorker(peer: PeerId): boolean {
    return this.leased.has(peer);
  }

  /** Whether its results count: a worker's, but for one that acts as a steward. */
  private readonly isVoter = (peer: PeerId): boolean => this.leased.has(peer) && !this.delegations.acted.has(peer);

  /** Whether this peer speaks for the job: its requester, or a steward that it ever named. */
  isAuthority(peer: PeerId): boolean {
    return peer === this.posted?.requester || this.delegations.stewards.has(peer);
  }

  /** Whether this peer is to see all of the ledger: the requester, and those to whom the job is entrusted now. */
  seesAll(peer: PeerId): boolean {
    return peer === this.posted?.requester || this.delegations.trustees().includes(peer);
  }

  /** From now on what is added is noted for `takeFresh`. */
  noteFresh(): void {
    this.fresh ??= [];
  }

  takeFresh(): Entry[] {
    if (this.fresh === undefined || this.fresh.length === 0) return [];
    const fresh = this.fresh;
    this.fresh = [];
    return fresh;
  }

  hasFresh(): boolean {
    return this.fresh !== undefined && this.fresh.length > 0;
  }

  /** Bytes of entries of one author. */
  bytesBy(author: PeerId): number {
    return this.bytesOf.get(author) ?? 0;
  }

  /** The commitment that a reveal opens; undefined where its document is not what it claims to be. */
  openedBy(fact: FactOf<'revealed'>, worker: PeerId): string | undefined {
    const known = this.opened.get(fact);
    if (known !== undefined) return known;
    const maxBytes = this.posted?.spec.resources.outputBytes ?? 0;
    if (this.posted?.spec.seal !== undefined) {
      if (!isSealedResult(fact.document, maxBytes) || !this.isReadable(fact, worker)) return undefined;
    } else if (documentCid(fact.document, this.crypto) !== fact.result || !isResult(fact.document, maxBytes)) return undefined;
    const opens = hexOf(commitmentOf({ job: this.job, unit: fact.unit, worker, salt: fact.salt, result: fact.result }, this.crypto));
    this.opened.set(fact, opens);
    return opens;
  }

  /** Whether a sealed result holds what it claims, as far as we can tell: its requester takes nothing that it cannot read. */
  private isReadable({ unit, result, document }: FactOf<'revealed'>, worker: PeerId): boolean {
    if (this.posted === undefined || this.opener?.self !== this.posted.requester) return true;
    const opened = this.open(unit, worker, result, document);
    return opened !== undefined && outputBytesOf(opened.result) <= this.posted.spec.resources.outputBytes;
  }

  /** What a worker sealed for us; undefined where it is for others, or not what it claims to be. */
  open(unit: number, worker: PeerId, result: Cid, document: Uint8Array): OpenedResult | undefined {
    const { posted, opener, job } = this;
    if (posted === undefined || opener?.self !== posted.requester) return undefined;
    return opener.open({ job, nonce: posted.nonce, unit, worker, result, document });
  }

  /**
   * What a worker may see of the ledger: what the requester said, and what it said itself. Others' results it could
   * otherwise read before it commits to one. Strangers have nothing of their own there, and share one view.
   */
  idsFor(peer: PeerId): SortedIds {
    const worker = this.leased.has(peer) ? peer : undefined;
    let ids = this.views.get(worker);
    if (ids !== undefined) return ids;
    this.views.set(worker, (ids = new SortedIds(this.crypto)));
    for (const entry of this.entries.values()) {
      if (entry.author === worker || this.isAuthority(entry.author)) ids.insert(digestOf(entry.id));
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
    this.bytesOf.set(entry.author, this.bytesBy(entry.author) + entry.bytes.length);
    this.fresh?.push(entry);
    const digest = digestOf(entry.id);
    this.ids.insert(digest);
    if (this.isAuthority(entry.author)) for (const ids of this.views.values()) ids.insert(digest);
    else this.views.get(entry.author)?.insert(digest);
  }

  private fold(entry: Entry): void {
    this.keep(entry);
    for (const fact of entry.value.facts) this.foldFact(fact, entry);
  }

  /** The same, to fold into. */
  private unitOf({ unit }: { unit: number }): UnitFacts {
    let facts = this.units.get(unit);
    if (facts === undefined) this.units.set(unit, (facts = emptyUnit(this.isVoter)));
    return facts;
  }

  private foldFact(fact: Fact, entry: Entry): void {
    const posted = this.posted;
    if (posted === undefined) return;
    if (!isWithin(fact, posted)) return;
    if (entry.author === posted.requester) this.foldRequester(fact, entry);
    if (isDelegable(fact.kind)) this.foldDelegable(fact, entry);
    else this.foldOthers(fact, entry);
  }

  private foldRequester(fact: Fact, entry: Entry): void {
    if (fact.kind === 'cancelled') this.cancelled.set(entry.id, fact.reason);
    if (fact.kind !== 'delegated') return;
    for (const freed of this.delegations.add(fact, entry)) {
      for (const waited of freed.value.facts) if (isDelegable(waited.kind) && isWithin(waited, this.posted)) this.foldDelegable(waited, freed);
    }
    this.views.clear(); // what stewards state is for all to see
  }

  private foldDelegable(fact: Fact, entry: Entry): void {
    const { delegations, posted } = this;
    if (entry.author !== posted?.requester) {
      if (!delegations.stewards.has(entry.author)) return delegations.park(entry);
      delegations.acted.add(entry.author);
    }
    switch (fact.kind) {
      case 'leased': {
        const key = `${fact.lease}/${fact.worker}`;
        const until = Math.max(this.leases.get(key)?.until ?? 0, fact.until);
        this.leases.set(key, { lease: fact.lease, worker: fact.worker, until });
        this.leased.add(fact.worker);
        this.foldOrigin(fact);
        return;
      }
      case 'released':
        this.released.set(`${fact.lease}/${fact.worker}`, smaller(this.released.get(`${fact.lease}/${fact.worker}`), fact.reason));
        return;
      case 'accepted': {
        const { accepted, acceptedBy } = this.unitOf(fact);
        accepted.set(fact.result, new Set([...(accepted.get(fact.result) ?? []), ...fact.workers]));
        acceptedBy.set(fact.result, (acceptedBy.get(fact.result) ?? new Set()).add(entry.author));
        return;
      }
      case 'abandoned':
        this.unitOf(fact).abandoned.set(entry.id, { reason: fact.reason, by: entry.author });
        return;
      case 'receipt':
        this.receipts.set(`${entry.id}/${fact.worker}`, { ...fact, id: entry.id });
        return;
      default:
    }
  }

  /** Whose peer a worker is, and where it was seen, by whoever gave it a lease. */
  private foldOrigin({ worker, operator, network }: FactOf<'leased'>): void {
    const origins = this.origins.get(worker) ?? new Set();
    if (operator !== undefined) origins.add(`operator/${operator}`);
    if (network !== undefined) origins.add(`network/${network}`);
    if (origins.size > 0) this.origins.set(worker, origins);
  }

  private foldOthers(fact: Fact, entry: Entry): void {
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
        const { commitments } = this.unitOf(fact);
        commitments.set(worker, (commitments.get(worker) ?? new Set()).add(hexOf(fact.commitment)));
        return;
      }
      case 'revealed': {
        const opens = this.openedBy(fact, worker);
        if (opens === undefined) return;
        const { revealed } = this.unitOf(fact);
        const shown = revealed.get(worker) ?? new Map<string, Revealed>();
        const known = shown.get(opens);
        // Sealed twice, one result has two documents: the same one counts for everybody, whichever came first.
        if (known === undefined || compareBytes(fact.document, known.document) < 0) shown.set(opens, { result: fact.result, document: fact.document, opens });
        revealed.set(worker, shown);
        return;
      }
      case 'failed': {
        const { failures } = this.unitOf(fact);
        const failure = { reason: fact.reason, deterministic: fact.deterministic, at: entry.value.at };
        failures.set(worker, (failures.get(worker) ?? new Map()).set(entry.id, failure));
        return;
      }
      case 'countersigned':
        this.countersigned.set(fact.receipt, (this.countersigned.get(fact.receipt) ?? new Set()).add(worker));
        return;
      case 'kept': {
        const kept = this.kept.get(fact.unit) ?? new Map<PeerId, Set<Cid>>();
        this.kept.set(fact.unit, kept.set(worker, (kept.get(worker) ?? new Set()).add(fact.result)));
        if (fact.sealed !== undefined) this.keptSealed.set(fact.sealed, (this.keptSealed.get(fact.sealed) ?? new Set()).add(worker));
        return;
      }
      default:
    }
  }
}

/** Whether a fact is of a unit that the job has. */
function isWithin(fact: Fact, posted: JobLedger['posted']): boolean {
  return !('unit' in fact) || (posted !== undefined && fact.unit < unitCount(posted.spec));
}

/** Whether everybody can read it, and it names no more than a unit may put out: its requester fetches what it names. */
function isResult(document: Uint8Array, maxBytes: number): boolean {
  return isWellFormed(() => outputBytesOf(decodeResult(document)) <= maxBytes);
}

/** The same of one that its requester alone can read. */
function isSealedResult(document: Uint8Array, maxBytes: number): boolean {
  return isWellFormed(() => (decodeSealedResult(document).outputs?.bytes ?? 0) <= sealedBytesOf(maxBytes));
}

function isWellFormed(check: () => boolean): boolean {
  try {
    return check();
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
