import type { Journal, JournalRecord, ScopeSummary } from '@shoal/runtime';

interface Scope {
  seq: number;
  closed: boolean;
  summary: Uint8Array | undefined;
  records: Map<string, JournalRecord>;
}

/** A crash in the middle of something: whoever catches it kills the peer. */
export class Crash extends Error {}

/**
 * A journal that outlives its peer's crashes, as the one on disk does: one transaction a batch, synced before `append`
 * returns. A crash in between leaves some of its records in the log without the mark of a commit: whoever opens it next does
 * not read them. Summaries are the unsynced tail: those since the last append are lost in a crash.
 */
export class SimJournal implements Journal {
  /** The next append tears after so many of its records, or all of them: its commit is not written any more. */
  tearsAfter: number | undefined;
  afterCommit: () => void = () => {};
  private readonly byScope = new Map<string, Scope>();
  private unsynced: (() => void)[] = [];
  /** What a commit has not sealed yet. */
  private log: JournalRecord[] = [];
  private seq = 0;

  append(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (this.log.length === this.tearsAfter) throw new Crash();
      this.log.push(record);
    }
    if (this.tearsAfter !== undefined) throw new Crash();
    this.commit();
    this.afterCommit();
  }

  *replay(scope: string): Iterable<JournalRecord> {
    yield* this.byScope.get(scope)?.records.values() ?? [];
  }

  has(scope: string, kind: JournalRecord['kind'], key: string): boolean {
    return this.byScope.get(scope)?.records.has(`${kind}/${key}`) === true;
  }

  scopes(options: { closed?: boolean; limit?: number; before?: number } = {}): ScopeSummary[] {
    const { closed, limit = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY } = options;
    return [...this.byScope]
      .filter(([, scope]) => scope.seq < before && (closed === undefined || scope.closed === closed))
      .map(([name, scope]) => ({ scope: name, closed: scope.closed, summary: scope.summary, seq: scope.seq }))
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit);
  }

  summarize(name: string, summary: Uint8Array, closed: boolean): void {
    const scope = this.scope(name);
    const before = { summary: scope.summary, closed: scope.closed };
    this.unsynced.push(() => Object.assign(scope, before));
    scope.summary = summary;
    scope.closed = closed;
  }

  /** What a power cut leaves, once it is opened again. */
  crash(): void {
    this.log = [];
    this.tearsAfter = undefined;
    for (const undo of this.unsynced.reverse()) undo();
    this.unsynced = [];
  }

  drop(scope: string): void {
    this.byScope.delete(scope);
  }

  close(): void {
    // nothing is held open
  }

  private commit(): void {
    this.unsynced = [];
    for (const record of this.log) {
      const { records } = this.scope(record.scope);
      const key = `${record.kind}/${record.key}`;
      if (record.kind === 'entry' && records.has(key)) continue;
      records.delete(key); // a note that is replaced is the last one then
      records.set(key, record);
    }
    this.log = [];
  }

  private scope(name: string): Scope {
    let scope = this.byScope.get(name);
    if (scope === undefined) this.byScope.set(name, (scope = { seq: (this.seq += 1), closed: false, summary: undefined, records: new Map() }));
    return scope;
  }
}
