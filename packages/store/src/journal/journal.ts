import type { DatabaseSync } from 'node:sqlite';
import type { Journal, JournalRecord, ScopeSummary } from '@shoal/runtime';
import { asStoreError, StoreError } from '../errors.ts';
import type { StoreCipher } from '../encryption/cipher.ts';
import { markDatabase, openCipher } from '../encryption/open-cipher.ts';
import { journalLimits } from '../limits.ts';
import { limitBytes, openDatabase, prepareAll, transaction } from '../sqlite/open.ts';
import { checkRecords, checkScope, checkSummary, closedError } from './checks.ts';
import { journalSchema, journalStatements } from './schema.ts';

export interface JournalOptions {
  /** The database file; made if need be. */
  path: string;
  /** Most bytes that it may take on disk. Default: as many as there are. */
  maxBytes?: number;
  /** Secret bytes under which a new journal is encrypted, and by which it is opened ever after. */
  key?: Uint8Array | undefined;
}

const kinds = ['entry', 'note'] as const;
type Row = Record<string, unknown>;

/** A journal on disk, for this process alone. */
export function openJournal(options: JournalOptions): Journal {
  const cipher = openCipher(options.path, options.key);
  const database = openDatabase(options.path, journalSchema);
  if (options.maxBytes !== undefined) limitBytes(database, options.maxBytes);
  try {
    markDatabase(database, options.path, cipher);
    return new SqliteJournal(database, options.path, cipher);
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #cipher: StoreCipher;
  readonly #sql;
  /** Row numbers of scopes used lately. */
  readonly #scopes = new Map<string, number>();
  #open = true;

  constructor(database: DatabaseSync, path: string, cipher: StoreCipher) {
    this.#database = database;
    this.#path = path;
    this.#cipher = cipher;
    this.#sql = prepareAll(database, journalStatements);
  }

  append(records: readonly JournalRecord[]): void {
    checkRecords(records);
    if (records.length === 0) return;
    this.#write('append to', () => {
      for (const { scope, kind, key, bytes } of records) {
        const statement = kind === 'entry' ? this.#sql.addEntry : this.#sql.setNote;
        statement.run(this.#scope(scope), key, this.#cipher.seal(nameOf(scope, key), bytes));
      }
    });
  }

  *replay(scope: string): Generator<JournalRecord> {
    const seq = this.#read('replay', () => this.#findScope(scope));
    if (seq === undefined) return;
    let last = 0;
    for (;;) {
      const page = this.#read('replay', () => this.#sql.page.all(seq, last, journalLimits.replayRecords) as Row[]);
      for (const row of page) {
        last = Number(row['id']);
        yield { scope, kind: kinds[row['kind'] as 0 | 1], key: String(row['key']), bytes: this.#opened(nameOf(scope, String(row['key'])), row['bytes'] as Uint8Array) };
      }
      if (page.length < journalLimits.replayRecords) return;
    }
  }

  scopes(options: { closed?: boolean; limit?: number; before?: number } = {}): ScopeSummary[] {
    const before = options.before ?? Number.MAX_SAFE_INTEGER;
    const limit = options.limit ?? -1;
    const rows = this.#read('list the scopes of', () =>
      options.closed === undefined ? this.#sql.scopes.all(before, limit) : this.#sql.scopesBy.all(Number(options.closed), before, limit),
    );
    return rows.map((row) => ({
      scope: String(row['name']),
      closed: row['closed'] === 1,
      summary: row['summary'] === null ? undefined : this.#opened(nameOf(String(row['name'])), row['summary'] as Uint8Array),
      seq: Number(row['seq']),
    }));
  }

  summarize(scope: string, summary: Uint8Array, closed: boolean): void {
    checkScope(scope);
    checkSummary(summary);
    this.#write('summarize a scope of', () => this.#sql.summarize.run(this.#cipher.seal(nameOf(scope), summary), Number(closed), this.#scope(scope)));
  }

  drop(scope: string): void {
    this.#write('drop a scope of', () => {
      const seq = this.#findScope(scope);
      if (seq === undefined) return;
      this.#sql.dropRecords.run(seq);
      this.#sql.dropScope.run(seq);
      this.#scopes.delete(scope);
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  #opened(name: Uint8Array, bytes: Uint8Array): Uint8Array {
    const opened = this.#cipher.open(name, bytes);
    if (opened !== undefined) return opened;
    throw new StoreError('store-damaged', `Cannot read the journal ${this.#path}: a record was changed since it was encrypted`, { hint: 'Put back a copy of the file, or move it away and start without it.' });
  }

  /** Row number of a scope, which is made when it is new. */
  #scope(name: string): number {
    const known = this.#findScope(name);
    if (known !== undefined) return known;
    return this.#remember(name, Number(this.#sql.addScope.run(name).lastInsertRowid));
  }

  #findScope(name: string): number | undefined {
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    const row = this.#sql.findScope.get(name);
    return row === undefined ? undefined : this.#remember(name, Number(row['seq']));
  }

  #remember(name: string, seq: number): number {
    if (this.#scopes.size >= journalLimits.knownScopes) this.#scopes.clear();
    this.#scopes.set(name, seq);
    return seq;
  }

  #write(verb: string, fn: () => void): void {
    this.#read(verb, () => {
      try {
        transaction(this.#database, fn);
      } catch (error) {
        this.#scopes.clear(); // one of them may have been made by what was undone
        throw error;
      }
    });
  }

  #read<T>(verb: string, fn: () => T): T {
    const what = `${verb} the journal ${this.#path}`;
    if (!this.#open) throw closedError(what);
    try {
      return fn();
    } catch (error) {
      throw asStoreError(error, what);
    }
  }
}

/** What an encrypted record is bound to: its scope, and its key where it has one. */
function nameOf(scope: string, key = ''): Uint8Array {
  return Buffer.from(JSON.stringify([scope, key]));
}
