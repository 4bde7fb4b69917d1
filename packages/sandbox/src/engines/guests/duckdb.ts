import { chmodSync, mkdirSync, openSync, readdirSync, readFileSync, closeSync, writeSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inputWindowBytes } from '../../limits.ts';
import { csvHeader, csvRow } from './csv.ts';
import { GuestFailure, type Guest, type GuestInput, type GuestUnit } from './guest.ts';
import { clockRound, virtualClock } from './sql-clock.ts';
import { lockedSettings, viewOf } from './sql.ts';

/** The part of @duckdb/node-api that is used. */
interface DuckDb {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> };
}
interface Connection {
  run(sql: string): Promise<unknown>;
  extractStatements(sql: string): Promise<{ count: number; prepare(index: number): Promise<Prepared> }>;
}
interface Prepared {
  /** 1 for SELECT, by DuckDB's C interface. */
  statementType: number;
  stream(): Promise<Rows>;
}
interface Rows {
  columnNames(): string[];
  columnTypes(): object[];
  fetchChunk(): Promise<{ rowCount: number; getRows(): unknown[][] } | null>;
}

const select = 1;

/** Inputs lie on a disk in memory, where DuckDB finds them by their names. */
function place({ path, bytes, read }: GuestInput): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes; at += inputWindowBytes) {
      const piece = new Uint8Array(Math.min(inputWindowBytes, bytes - at));
      read(at, piece);
      for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
    }
  } finally {
    closeSync(file);
  }
  chmodSync(path, 0o444);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

async function print(rows: Rows, unit: GuestUnit): Promise<void> {
  const encoder = new TextEncoder();
  const types = rows.columnTypes().map(String);
  unit.stdout(encoder.encode(csvHeader(rows.columnNames())));
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    unit.stdout(encoder.encode(chunk.getRows().map((row) => csvRow(row, types)).join('')));
  }
}

async function runAll(connection: Connection, unit: GuestUnit): Promise<void> {
  if (unit.source.trim() === '') throw new GuestFailure('program-invalid', 'the program has no statement');
  const round = clockRound(unit.source);
  if (round !== undefined) throw new GuestFailure('program-invalid', `the program names ${round}, by which it could read the machine's clock; now() and its like give the unit's own, the same on every peer`);
  const statements = await connection.extractStatements(unit.source);
  for (let n = 0; n < statements.count; n++) {
    const prepared = await statements.prepare(n);
    const rows = await prepared.stream();
    const isResult = n === statements.count - 1 && prepared.statementType === select;
    if (isResult) await print(rows, unit);
    else while (((await rows.fetchChunk())?.rowCount ?? 0) > 0);
  }
}

/** SQL in DuckDB: its result is that of the last statement, as CSV. */
export const duckdb: Guest = {
  async run(unit, folder) {
    const { DuckDBInstance } = (await import(pathToFileURL(join(folder, '@duckdb/node-api/lib/index.js')).href)) as DuckDb;
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    unit.inputs.forEach(place);
    try {
      const views = unit.inputs.flatMap((input, index) => viewOf(input.path, index));
      for (const statement of [...lockedSettings(unit), ...virtualClock, ...views]) await connection.run(statement);
      await runAll(connection, unit);
    } catch (error) {
      if (error instanceof GuestFailure) throw error;
      const text = error instanceof Error ? error.message : String(error);
      unit.log(new TextEncoder().encode(`${text}\n`));
      throw new GuestFailure(text.startsWith('Out of Memory') ? 'memory-exceeded' : 'program-exited', `the program failed: ${text}`);
    }
    return { files: filesBelow('/out').toSorted().map((path) => ({ path: relative('/out', path), bytes: readFileSync(path) })) };
  },
};

