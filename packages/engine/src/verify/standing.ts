import type { JournalRecord, PeerId, Random } from '@shoal/runtime';
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
/** Peers remembered; those not heard of for longest are forgotten first: they start again, untrusted. */
const maxStandings = 10_000;
const notePrefix = 'standing/';
const maxNoteBytes = 1_024;

/** The standings of all peers that worked for this one; kept in the journal as notes of the peer itself. */
export class Standings {
  private readonly byPeer = new Map<PeerId, Standing>();
  private readonly changed = new Set<PeerId>();
  private readonly operators = new Map<PeerId, PeerId>();

  /** Peers of an operator have one standing: what one of them does is said of all. Known by the proof in its bid. */
  belongs(peer: PeerId, operator: PeerId): void {
    this.operators.delete(peer); // to the end: most recently heard of
    if (this.operators.size >= maxStandings) this.operators.delete(this.operators.keys().next().value as PeerId);
    this.operators.set(peer, operator);
  }

  of(peer: PeerId): Readonly<Standing> {
    return this.byPeer.get(this.operators.get(peer) ?? peer) ?? { validInRow: 0, valid: 0, invalid: 0, failed: 0 };
  }

  /** A result that a quorum confirmed. */
  valid(peer: PeerId): void {
    const standing = this.change(peer);
    standing.valid += 1;
    standing.validInRow += 1;
  }

  /** A result that a quorum contradicted. */
  invalid(peer: PeerId): void {
    const standing = this.change(peer);
    standing.invalid += 1;
    standing.validInRow = 0;
  }

  /** A run that failed by chance, or a lease that fell silent. */
  failed(peer: PeerId): void {
    const standing = this.change(peer);
    standing.failed += 1;
    standing.validInRow = 0;
  }

  /** Whether to believe a peer alone this time: with n valid results in a row, n >= 10, with probability 1 - 1/n. */
  trusts(peer: PeerId, random: Random): boolean {
    const { validInRow } = this.of(peer);
    return validInRow >= minValidInRow && random.float() < 1 - 1 / validInRow;
  }

  /** Contradicted once, and no long record since. */
  isSuspect(peer: PeerId): boolean {
    const { invalid, validInRow } = this.of(peer);
    return invalid > 0 && validInRow < minValidInRow;
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

  private change(of: PeerId): Standing {
    const peer = this.operators.get(of) ?? of;
    const standing = this.byPeer.get(peer) ?? { validInRow: 0, valid: 0, invalid: 0, failed: 0 };
    this.byPeer.delete(peer); // to the end: most recently heard of
    if (this.byPeer.size >= maxStandings) this.byPeer.delete(this.byPeer.keys().next().value as PeerId);
    this.byPeer.set(peer, standing);
    this.changed.add(peer);
    return standing;
  }
}
