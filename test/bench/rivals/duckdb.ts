import { createRequire } from 'node:module';
import { packagePath } from './installed.ts';

interface DuckDb {
  DuckDBInstance: { create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>; closeSync(): void }>; closeSync(): void }> };
}

/** How long DuckDB takes, with one thread, for what the flights program does; milliseconds. Fails with `NotInstalled`. */
export async function timeDuckDb(folder: string): Promise<number> {
  const { DuckDBInstance } = createRequire(import.meta.url)(packagePath('@duckdb/node-api')) as DuckDb;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const startedAt = performance.now();
  const rows = await connection.runAndReadAll(`SELECT origin, count(*), sum(delay), sum(distance) FROM read_csv('${folder}/*.csv') GROUP BY origin`);
  const ms = performance.now() - startedAt;
  if (rows.getRows().length === 0) throw new Error('DuckDB found no flights');
  connection.closeSync();
  instance.closeSync();
  return ms;
}
