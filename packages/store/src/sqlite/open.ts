import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { asStoreError, StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';

export interface Schema {
  /** What the database is, for error texts: `journal`. */
  name: string;
  version: number;
  sql: string;
}

const sqliteBusy = 5;

/**
 * Opens a database for this process alone. The lock is the operating system's, so that kill -9
 * releases it; the file `<path>.owner` only says whose it is.
 */
export function openDatabase(path: string, schema: Schema): DatabaseSync {
  const what = `open the ${schema.name} ${path}`;
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // For its owner alone, whatever the umask and the folder: SQLite's other files take their mode from this one.
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path);
    // Exclusive before the first access to the write-ahead log: no shared memory, and nobody else gets in.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT');
    database.exec(`PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA journal_size_limit = ${storeLimits.walBytes}`);
    migrate(database, path, schema);
    sayWhose(path);
    return database;
  } catch (error) {
    database?.close();
    throw isBusy(error) ? lockedError(path, schema, error) : asStoreError(error, what);
  }
}

/** Runs `fn` as one transaction: all of it or nothing. */
export function transaction<T>(database: DatabaseSync, fn: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = fn();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite rolls back by itself after some errors, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Bounds the database; beyond it writing fails with `disk-full`, as on a full disk. */
export function limitBytes(database: DatabaseSync, maxBytes: number): void {
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}

/** Prepares statements once, by name. */
export function prepareAll<Name extends string>(database: DatabaseSync, statements: Record<Name, string>): Record<Name, StatementSync> {
  const prepared = Object.entries<string>(statements).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Record<Name, StatementSync>;
}

function migrate(database: DatabaseSync, path: string, schema: Schema): void {
  const row = database.prepare('PRAGMA user_version').get();
  const version = Number(row?.['user_version'] ?? 0);
  if (version === schema.version) return;
  if (version !== 0) {
    throw new StoreError('store-version', `Cannot open the ${schema.name} ${path}: its format is ${version}, expected ${schema.version}`, {
      hint: 'It was written by another release of Shoal; use that release, or another data directory.',
    });
  }
  transaction(database, () => database.exec(`${schema.sql}; PRAGMA user_version = ${schema.version}`));
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy;
}

function lockedError(path: string, schema: Schema, cause: unknown): StoreError {
  const pid = readOwner(path);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new StoreError('store-locked', `Cannot open the ${schema.name} ${path}: ${who} has it open`, {
    cause,
    hint: pid === undefined ? 'Stop that process, or use another data directory.' : `Stop process ${pid}, or use another data directory.`,
  });
}

function sayWhose(path: string): void {
  try {
    writeFileSync(ownerFile(path), `${JSON.stringify({ pid: process.pid })}\n`, { mode: 0o600 });
  } catch {
    // On a full disk a second process is refused all the same, only less helpfully.
  }
}

function ownerFile(path: string): string {
  return `${path}.owner`;
}

function readOwner(path: string): number | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(ownerFile(path), 'utf8'));
    const pid = typeof owner === 'object' && owner !== null && 'pid' in owner ? owner.pid : undefined;
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined; // only the wording of the error depends on it
  }
}
