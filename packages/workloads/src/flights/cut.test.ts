import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetRead } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, runProgram, withTempDir } from '../testing/run-program.ts';
import type { CutProgress, FlightsPart } from './cut.ts';
import { cutFlights } from './cut.ts';
import { locateFlights } from './locate.ts';
import type { FlightsTotals } from './merge.ts';
import { mergeFlights } from './merge.ts';
import type { OriginSums } from './table.ts';
import { parseFlightsTable } from './table.ts';

const parquetPath = locateFlights();
let outDir: string;
let parts: FlightsPart[];
const progress: CutProgress[] = [];

beforeAll(async () => {
  buildPrograms();
  outDir = await mkdtemp(join(tmpdir(), 'shoal-flights-'));
  parts = await cutFlights({ parquetPath, outDir, onProgress: (each) => progress.push(each) });
});

afterAll(() => rm(outDir, { recursive: true }));

describe('the flights of 2001, cut along the row groups', () => {
  it('are eleven files of 105.8 MB together', async () => {
    expect(await readdir(outDir)).toEqual(parts.map(({ name }) => name));
    expect(parts.map(({ name }) => name)).toEqual(Array.from({ length: 11 }, (_, i) => `part-${String(i).padStart(2, '0')}.csv`));
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(105_784_124);
    expect(progress.at(-1)).toEqual({ parts: 11, partsDone: 11, rowsDone: 3_000_000 });
    for (const { name, rows, bytes } of parts) {
      const content = await readFile(join(outDir, name), 'latin1');
      expect(content.length).toBe(bytes);
      expect(content.split('\n').length).toBe(rows + 2);
      expect(content.slice(0, 200)).toMatch(/^date,delay,distance,origin,destination\n2001-\d\d-\d\dT\d\d:\d\d:00,-?\d+,\d+,[A-Z]{3},[A-Z]{3}\n/);
    }
  });

  it('give the right answer, by the program and by the columns alike', async () => {
    const tables = [];
    for (const { name } of parts) {
      const { exitCode, stdout } = await runProgram('flights', { inputDir: outDir, args: [`/in/${name}`] });
      expect(exitCode).toBe(0);
      tables.push(parseFlightsTable(stdout));
    }
    const totals = mergeFlights(tables);
    expect(totals).toMatchObject({ rows: 3_000_000, distance: 2_194_861_208, delay: 20_003_603, delayedHour: 156_345 });
    expect(totals).toEqual(await totalsOfColumns());
    const busiest = totals.origins.toSorted((a, b) => b.flights - a.flights).slice(0, 5);
    expect(busiest.map(({ origin, flights }) => `${origin} ${flights}`)).toEqual(['ORD 166341', 'DFW 157162', 'ATL 124711', 'LAX 115245', 'PHX 93036']);
  });

  it('are not cut again, but for the files that are missing or torn', async () => {
    const path = (index: number): string => join(outDir, parts[index]?.name ?? '');
    const before = await Promise.all(parts.map((_, index) => stampOf(path(index))));
    await truncate(path(3), 1_000_000);
    await rm(path(7));
    await writeFile(path(9), 'something else\n');
    await writeFile(join(outDir, `.${parts[7]?.name}.partial`), 'date,delay');
    expect(await cutFlights({ parquetPath, outDir })).toEqual(parts);
    const after = await Promise.all(parts.map((_, index) => stampOf(path(index))));
    expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    const rewritten = after.flatMap(({ modified }, index) => (modified === before[index]?.modified ? [] : [index]));
    expect(rewritten).toEqual([3, 7, 9]);
    expect(await readdir(outDir)).toEqual(parts.map(({ name }) => name));
  });
});

describe('a cut', () => {
  it('stops when it is told to, and leaves whole files only', () =>
    withTempDir(async (dir) => {
      const stop = new AbortController();
      const cut = cutFlights({ parquetPath, outDir: dir, signal: stop.signal, onProgress: () => stop.abort() });
      await expect(cut).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
      expect(await readdir(dir)).toEqual(['part-00.csv']);
      expect((await stat(join(dir, 'part-00.csv'))).size).toBe(parts[0]?.bytes);
    }));

  it('refuses what is no Parquet file of flights', () =>
    withTempDir(async (dir) => {
      const missing = cutFlights({ parquetPath: join(dir, 'none.parquet'), outDir: dir });
      await expect(missing).rejects.toThrow(expect.objectContaining({ code: 'flights-data-missing' }));
      await writeFile(join(dir, 'text.parquet'), 'origin,flights\n'.repeat(100));
      const text = cutFlights({ parquetPath: join(dir, 'text.parquet'), outDir: dir });
      await expect(text).rejects.toThrow(expect.objectContaining({ code: 'flights-data-invalid' }));
    }));
});

async function stampOf(path: string): Promise<{ hash: string; modified: number }> {
  const hash = createHash('sha256').update(await readFile(path)).digest('hex');
  return { hash, modified: (await stat(path, { bigint: false })).mtimeMs };
}

/** The right answer from the columns of the Parquet file, in other arithmetic and without our code. */
async function totalsOfColumns(): Promise<FlightsTotals> {
  const origins = new Map<string, bigint[]>();
  const groups = new Map<number, Map<string, ArrayLike<unknown>>>();
  await parquetRead({
    file: await asyncBufferFromFile(parquetPath),
    columns: ['delay', 'distance', 'origin'],
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    onChunk: ({ columnName, columnData, rowStart }) => {
      const columns = groups.get(rowStart) ?? new Map<string, ArrayLike<unknown>>();
      groups.set(rowStart, columns.set(columnName, columnData));
      if (columns.size < 3) return;
      addColumns(origins, columns.get('origin') as string[], columns.get('delay') as bigint[], columns.get('distance') as bigint[]);
      columns.clear();
    },
  });
  const sums = [...origins].sort(([a], [b]) => a.localeCompare(b, 'en')).map(([origin, counts]): OriginSums => {
    const [flights, delay, distance, delayedHour] = counts.map(Number);
    return { origin, flights: flights ?? 0, delay: delay ?? 0, distance: distance ?? 0, delayedHour: delayedHour ?? 0 };
  });
  const total = (name: Exclude<keyof OriginSums, 'origin'>): number => sums.reduce((sum, each) => sum + each[name], 0);
  return { rows: total('flights'), distance: total('distance'), delay: total('delay'), delayedHour: total('delayedHour'), malformed: 0, origins: sums };
}

function addColumns(origins: Map<string, bigint[]>, origin: string[], delay: bigint[], distance: bigint[]): void {
  for (const [row, code] of origin.entries()) {
    const [flights = 0n, delays = 0n, distances = 0n, late = 0n] = origins.get(code) ?? [];
    const minutes = delay[row] ?? 0n;
    origins.set(code, [flights + 1n, delays + minutes, distances + (distance[row] ?? 0n), late + (minutes >= 60n ? 1n : 0n)]);
  }
}
