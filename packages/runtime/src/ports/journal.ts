/**
 * One record. `scope` groups what belongs together (a job id, or '' for the peer itself);
 * (scope, kind, key) is unique: an `entry` that is there already stays, a `note` is replaced.
 */
export interface JournalRecord {
  scope: string;
  /** entry: a signed ledger entry. note: private to this peer, never sent. */
  kind: 'entry' | 'note';
  key: string;
  bytes: Uint8Array;
}

export interface ScopeSummary {
  scope: string;
  /** Closed scopes are not replayed at start. */
  closed: boolean;
  /** Whatever the owner wants back in a list without replaying (a job's summary). */
  summary: Uint8Array | undefined;
  /** Order of creation, increasing. */
  seq: number;
}

/** Durable memory of facts. Synchronous: on return from append, the records survive kill -9 and power loss. */
export interface Journal {
  /** All or nothing. */
  append(records: readonly JournalRecord[]): void;
  /** Records of one scope in the order they were appended. */
  replay(scope: string): Iterable<JournalRecord>;
  /** Newest first. */
  scopes(options?: { closed?: boolean; limit?: number; before?: number }): ScopeSummary[];
  summarize(scope: string, summary: Uint8Array, closed: boolean): void;
  /** Forgets a scope for good. */
  drop(scope: string): void;
  close(): void;
}
