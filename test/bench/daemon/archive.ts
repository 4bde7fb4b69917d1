import { join } from 'node:path';
import { openEntry } from '@shoal/protocol';
import { systemCrypto } from '@shoal/runtime';
import { journalSchema } from '../../../packages/store/src/journal/schema.ts';
import { openDatabase, transaction } from '../../../packages/store/src/sqlite/open.ts';

type Database = ReturnType<typeof openDatabase>;

/** Jobs written in one transaction: some 60 MB. */
const batch = 5_000;

const statements = {
  model: `
    SELECT seq FROM scope WHERE closed = 1 AND summary IS NOT NULL AND name LIKE 'b%'
    AND (SELECT count(*) FROM record WHERE scope = scope.seq) > 1 LIMIT 1`,
  entries: 'SELECT bytes FROM record WHERE scope = ? AND kind = 0',
  records: 'SELECT count(*) AS count FROM record WHERE scope = ?',
  lastScope: 'SELECT max(seq) AS seq FROM scope',
  // Names as long as a CID, and like one.
  addScopes: `
    WITH RECURSIVE job (n) AS (SELECT $first UNION ALL SELECT n + 1 FROM job WHERE n + 1 < $end)
    INSERT INTO scope (name, closed, summary)
    SELECT substr(name, 1, length(name) - 7) || printf('0%06d', n), closed, summary FROM job CROSS JOIN scope WHERE seq = $model`,
  addRecords: `
    INSERT INTO record (scope, kind, key, bytes)
    SELECT copy.seq, record.kind, record.key, record.bytes FROM scope AS copy CROSS JOIN record
    WHERE copy.seq > $last AND record.scope = $model ORDER BY copy.seq, record.id`,
};

/**
 * Fills the journal of a peer that is not running with copies of a finished job of its own, until it holds so many.
 * They lie under other names: enough for whatever lists, starts or adds, which is what is measured. The database copies
 * them itself, since a durable commit a job would take minutes.
 */
export function fillArchive(dataDir: string, jobs: number): { records: number; facts: number } {
  const database = openDatabase(join(dataDir, 'journal.sqlite'), journalSchema);
  try {
    const model = database.prepare(statements.model).get()?.['seq'] as number | undefined;
    if (model === undefined) throw new Error(`There is no finished job in ${dataDir}`);
    database.exec('PRAGMA synchronous = OFF');
    for (let first = 0; first < jobs; first += batch) copyJobs(database, model, first, Math.min(first + batch, jobs));
    // All in its place and on the disk, as with a peer that was stopped in order: the first start has nothing to catch up with.
    database.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)');
    return { records: Number(database.prepare(statements.records).get(model)?.['count']) * jobs, facts: factsOf(database, model) * jobs };
  } finally {
    database.close();
  }
}

function copyJobs(database: Database, model: number, first: number, end: number): void {
  transaction(database, () => {
    const last = Number(database.prepare(statements.lastScope).get()?.['seq']);
    database.prepare(statements.addScopes).run({ $first: first, $end: end, $model: model });
    database.prepare(statements.addRecords).run({ $last: last, $model: model });
  });
}

/** An entry states several facts under one signature. */
function factsOf(database: Database, scope: number): number {
  const entries = database.prepare(statements.entries).all(scope) as { bytes: Uint8Array }[];
  return entries.reduce((sum, { bytes }) => sum + openEntry(bytes, systemCrypto).value.facts.length, 0);
}
