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
 * A journal that outlives its peer's crashes. An append is all or nothing, as a database commits; `beforeCommit` and
 * `afterCommit` are where a crash may be put.
 */
export class SimJournal implements Journal {
  beforeCommit: () => void = () => {};
  afterCommit: () => void = () => {};
  private readonly byScope = new Map<string, Scope>();
  private seq = 0;

  append(records: readonly JournalRecord[]): void {
    this.beforeCommit();
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
    scope.summary = summary;
    scope.closed = closed;
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
