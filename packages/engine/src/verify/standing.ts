import type { JournalRecord, PeerId } from '@shoal/runtime';
import { decodeValue, encodeValue } from '@shoal/protocol';

/** What this peer saw of another one's work. Nobody else's opinion enters. */
export interface Standing {
  /** Replicated results in a row that agreed with the accepted ones. */
  validInRow: number;
  valid: number;
  invalid: number;
  /** Runs that failed by chance, and leases that fell silent. */
  failed: number;
}

/** Valid results in a row before a peer may be believed alone (BOINC's adaptive replication). */
const minValidInRow = 10;
/** Each contradiction doubles them, so many times at most: whoever lies now and then has to be honest ever longer in between. */
const maxDoublings = 10;
/** Operators of one peer that are remembered: with more, it keeps the name that it has. */
const maxOperators = 8;
/** Share of the results on a trusted peer's word that somebody else checks, however long its record: patience of a cheat must not pay. */
const minCheckedShare = 0.1;
/** Peers remembered; those not heard of for longest are forgotten first: they start again, untrusted. */
const maxStandings = 10_000;
const notePrefix = 'standing/';
const maxNoteBytes = 1_024;

/** The standings of all peers that worked for this one; kept in the journal as notes of the peer itself. */
export class Standings {
  private readonly byPeer = new Map<PeerId, Standing>();
  private readonly changed = new Set<PeerId>();
  /** Operators that a peer ever showed; the last one is the one in force. */
  private readonly operators = new Map<PeerId, PeerId[]>();

  /** Those that are remembered. */
  get size(): number {
    return this.byPeer.size;
  }

  /** Peers of an operator have one standing: what one of them does is said of all. Known by the proof in its bid. */
  belongs(peer: PeerId, operator: PeerId): void {
    const known = this.operators.get(peer) ?? [];
    const others = known.filter((other) => other !== operator);
    this.operators.delete(peer); // to the end: most recently heard of
    if (this.operators.size >= maxStandings) this.operators.delete(this.operators.keys().next().value as PeerId);
    this.operators.set(peer, others.length < maxOperators ? [...others, operator] : known);
  }

  /** Under whose name a peer's record is kept: its operator's, where that is known. */
  holderOf(peer: PeerId): PeerId {
    return this.operators.get(peer)?.at(-1) ?? peer;
  }

  /** All names that it ever had: what speaks against it stays with each, so that none is shed by taking another. */
  namesOf(peer: PeerId): PeerId[] {
    return [peer, ...(this.operators.get(peer) ?? [])];
  }

  /** Its operator's record, but with no fewer contradictions than it has itself. */
  of(peer: PeerId): Readonly<Standing> {
    const standing = this.recordOf(this.holderOf(peer));
    return { ...standing, invalid: Math.max(standing.invalid, this.recordOf(peer).invalid) };
  }

  /** A result that a quorum confirmed. */
  valid(peer: PeerId): void {
    for (const name of new Set([peer, this.holderOf(peer)])) {
      const standing = this.change(name);
      standing.valid += 1;
      standing.validInRow += 1;
    }
  }

  /** A result that a quorum contradicted. */
  invalid(peer: PeerId): void {
    for (const name of this.namesOf(peer)) {
      const standing = this.change(name);
      standing.invalid += 1;
      standing.validInRow = 0;
    }
  }

  /** A run that failed by chance, or a lease that fell silent. */
  failed(peer: PeerId): void {
    for (const name of new Set([peer, this.holderOf(peer)])) {
      const standing = this.change(name);
      standing.failed += 1;
      standing.validInRow = 0;
    }
  }

  /** Its last result says nothing any more: somebody else came to another one, and nobody knows who is wrong. */
  doubt(peer: PeerId): void {
    for (const name of this.namesOf(peer)) this.change(name).validInRow = 0;
  }

  /** Whether a peer's word may be enough: it has a record. How often it is checked all the same, `checkedShare` says. */
  isTrusted(peer: PeerId): boolean {
    const { validInRow, invalid } = this.of(peer);
    return validInRow >= neededInRow(invalid);
  }

  /** Of the results on its word: 1/n after n valid ones in a row, and never less than the least. */
  checkedShare(peer: PeerId): number {
    return Math.max(minCheckedShare, 1 / Math.max(1, this.of(peer).validInRow));
  }

  /** Contradicted once, and no long record since. */
  isSuspect(peer: PeerId): boolean {
    return this.of(peer).invalid > 0 && !this.isTrusted(peer);
  }

  /** Nobody has ever confirmed what it did. */
  isUnproven(peer: PeerId): boolean {
    return this.of(peer).valid === 0;
  }

  /** For scores: 0 for a peer without a fault, towards 4 for one that is mostly wrong. */
  unreliability(peer: PeerId): number {
    const { valid, invalid, failed } = this.of(peer);
    return (4 * invalid + failed) / (valid + invalid + failed + 1);
  }

  /** What changed since the last call, as records of the journal. */
  takeNotes(): JournalRecord[] {
    const notes = [...this.changed].map((peer): JournalRecord => ({
      scope: '',
      kind: 'note',
      key: notePrefix + peer,
      bytes: encodeValue(this.byPeer.get(peer) ?? {}),
    }));
    this.changed.clear();
    return notes;
  }

  /** Takes up what the journal kept. */
  recover(records: Iterable<JournalRecord>): void {
    for (const { kind, key, bytes } of records) {
      if (kind !== 'note' || !key.startsWith(notePrefix)) continue;
      if (this.byPeer.size >= maxStandings) this.byPeer.delete(this.byPeer.keys().next().value as PeerId);
      this.byPeer.set(key.slice(notePrefix.length) as PeerId, decodeValue(bytes, maxNoteBytes) as Standing);
    }
  }

  private recordOf(name: PeerId): Readonly<Standing> {
    return this.byPeer.get(name) ?? { validInRow: 0, valid: 0, invalid: 0, failed: 0 };
  }

  private change(peer: PeerId): Standing {
    const standing = this.byPeer.get(peer) ?? { validInRow: 0, valid: 0, invalid: 0, failed: 0 };
    this.byPeer.delete(peer); // to the end: most recently heard of
    if (this.byPeer.size >= maxStandings) this.byPeer.delete(this.byPeer.keys().next().value as PeerId);
    this.byPeer.set(peer, standing);
    this.changed.add(peer);
    return standing;
  }
}

function neededInRow(invalid: number): number {
  return minValidInRow * 2 ** Math.min(invalid, maxDoublings);
}
