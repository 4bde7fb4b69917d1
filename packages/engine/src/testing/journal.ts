import type { Journal, JournalRecord, ScopeSummary } from '@shoal/runtime';

/** A journal that outlives its peer's crashes, for tests. */
export class TestJournal implements Journal {
  readonly scopesByName = new Map<string, { closed: boolean; summary: Uint8Array | undefined; seq: number; records: Map<string, JournalRecord> }>();
  /** While its peer is dead, nothing is written. */
  isFrozen = false;
  /** Called when records are durable, before anything else of their burst happens. */
  appended: () => void = () => {};

  append(records: readonly JournalRecord[]): void {
    if (this.isFrozen) return;
    for (const record of records) {
      const kept = this.scope(record.scope).records;
      const name = `${record.kind}/${record.key}`;
      if (record.kind === 'note' || !kept.has(name)) kept.set(name, record);
    }
    this.appended();
  }

  *replay(scope: string): Generator<JournalRecord> {
    const records = Array.from(this.scopesByName.get(scope)?.records.values() ?? []); // appending goes on meanwhile
    yield* records;
  }

  scopes(options: { closed?: boolean } = {}): ScopeSummary[] {
    return [...this.scopesByName]
      .filter(([, { closed }]) => options.closed === undefined || closed === options.closed)
      .map(([scope, { closed, summary, seq }]) => ({ scope, closed, summary, seq }));
  }

  summarize(scope: string, summary: Uint8Array, closed: boolean): void {
    if (!this.isFrozen) Object.assign(this.scope(scope), { summary, closed });
  }

  drop(scope: string): void {
    if (!this.isFrozen) this.scopesByName.delete(scope);
  }

  close(): void {}

  get records(): number {
    return [...this.scopesByName.values()].reduce((sum, scope) => sum + scope.records.size, 0);
  }

  private scope(name: string) {
    let scope = this.scopesByName.get(name);
    if (scope === undefined) this.scopesByName.set(name, (scope = { closed: false, summary: undefined, seq: this.scopesByName.size, records: new Map() }));
    return scope;
  }
}
