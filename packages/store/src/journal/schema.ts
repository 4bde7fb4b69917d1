import type { Schema } from '../sqlite/open.ts';

export const journalSchema: Schema = {
  name: 'journal',
  version: 1,
  sql: `
    CREATE TABLE scope (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      closed INTEGER NOT NULL DEFAULT 0,
      summary BLOB
    );
    CREATE INDEX scope_closed ON scope (closed, seq);

    -- In the order of their ids; a note that is replaced gets a new one.
    CREATE TABLE record (
      id INTEGER PRIMARY KEY,
      scope INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      key TEXT NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (scope, kind, key)
    );
    CREATE INDEX record_scope ON record (scope, id);
  `,
};

export const journalStatements = {
  findScope: 'SELECT seq FROM scope WHERE name = ?',
  addScope: 'INSERT INTO scope (name) VALUES (?)',
  addEntry: 'INSERT OR IGNORE INTO record (scope, kind, key, bytes) VALUES (?, 0, ?, ?)',
  setNote: 'INSERT OR REPLACE INTO record (scope, kind, key, bytes) VALUES (?, 1, ?, ?)',
  page: 'SELECT id, kind, key, bytes FROM record WHERE scope = ? AND id > ? ORDER BY id LIMIT ?',
  scopes: 'SELECT seq, name, closed, summary FROM scope WHERE seq < ? ORDER BY seq DESC LIMIT ?',
  scopesBy: 'SELECT seq, name, closed, summary FROM scope WHERE closed = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  summarize: 'UPDATE scope SET summary = ?, closed = ? WHERE seq = ?',
  dropRecords: 'DELETE FROM record WHERE scope = ?',
  dropScope: 'DELETE FROM scope WHERE seq = ?',
} as const;
