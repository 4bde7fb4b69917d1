import type { Journal, JournalRecord, ScopeSummary } from '@shoal/runtime';
import { checkRecords, checkScope, checkSummary, closedError } from '../journal/checks.ts';

interface Scope {
  seq: number;
  closed: boolean;
  summary: Uint8Array | undefined;
  /** By kind and key, in order of appending. */
  records: Map<string, JournalRecord>;
}

/** A journal in memory, gone with the process: for tests, simulations and peers without a data directory. */
export function createMemoryJournal(): Journal {
  return new MemoryJournal();
}

class MemoryJournal implements Journal {
  readonly #scopes = new Map<string, Scope>();
  #lastSeq = 0;
  #open = true;

  append(records: readonly JournalRecord[]): void {
    checkRecords(records);
    this.#check('append to the journal');
    for (const record of records) {
      const known = this.#scope(record.scope).records;
      const name = `${record.kind} ${record.key}`;
      if (record.kind === 'entry' && known.has(name)) continue;
      known.delete(name); // a note that is replaced moves to the end
      known.set(name, { ...record, bytes: record.bytes.slice() });
    }
  }

  *replay(scope: string): Generator<JournalRecord> {
    this.#check('replay the journal');
    // Of what is there now: its owner may append meanwhile.
    const records = Array.from(this.#scopes.get(scope)?.records.values() ?? []);
    for (const record of records) yield { ...record, bytes: record.bytes.slice() };
  }

  scopes(options: { closed?: boolean; limit?: number; before?: number } = {}): ScopeSummary[] {
    this.#check('list the scopes of the journal');
    const before = options.before ?? Number.MAX_SAFE_INTEGER;
    return [...this.#scopes]
      .filter(([, { closed, seq }]) => seq < before && (options.closed === undefined || closed === options.closed))
      .map(([scope, { closed, summary, seq }]) => ({ scope, closed, summary: summary?.slice(), seq }))
      .reverse()
      .slice(0, options.limit ?? Number.POSITIVE_INFINITY);
  }

  summarize(scope: string, summary: Uint8Array, closed: boolean): void {
    checkScope(scope);
    checkSummary(summary);
    this.#check('summarize a scope of the journal');
    Object.assign(this.#scope(scope), { summary: summary.slice(), closed });
  }

  drop(scope: string): void {
    this.#check('drop a scope of the journal');
    this.#scopes.delete(scope);
  }

  close(): void {
    this.#open = false;
  }

  #scope(name: string): Scope {
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    this.#lastSeq += 1;
    const scope: Scope = { seq: this.#lastSeq, closed: false, summary: undefined, records: new Map() };
    this.#scopes.set(name, scope);
    return scope;
  }

  #check(what: string): void {
    if (!this.#open) throw closedError(what);
  }
}
