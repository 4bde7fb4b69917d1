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
 * A journal that outlives its peer's crashes. What `append` returned from is durable; a crash inside of it leaves all
 * of the batch or nothing: a torn last batch is one whose commit mark is missing, and is not read. Summaries are the
 * unsynced tail: those since the last append are lost in a crash.
 */
export class SimJournal implements Journal {
  beforeCommit: () => void = () => {};
  afterCommit: () => void = () => {};
  private readonly byScope = new Map<string, Scope>();
  private unsynced: (() => void)[] = [];
  private seq = 0;

  append(records: readonly JournalRecord[]): void {
    this.beforeCommit();
    this.unsynced = [];
    for (const record of records) {
      const scope = this.scope(record.scope);
      const key = `${record.kind}/${record.key}`;
      if (record.kind === 'entry' && scope.records.has(key)) continue;
      scope.records.set(key, record);
    }
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

  /** What a power cut leaves. */
  crash(): void {
    for (const undo of this.unsynced.reverse()) undo();
    this.unsynced = [];
  }

  drop(scope: string): void {
    this.byScope.delete(scope);
  }

  close(): void {
    // nothing is held open
  }

  private scope(name: string): Scope {
    let scope = this.byScope.get(name);
    if (scope === undefined) this.byScope.set(name, (scope = { seq: (this.seq += 1), closed: false, summary: undefined, records: new Map() }));
    return scope;
  }
}
