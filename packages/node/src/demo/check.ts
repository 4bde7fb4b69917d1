import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';

/** Totals of the flights, and flights by airport of origin. */
export interface CentralTotals {
  rows: number;
  distance: number;
  delay: number;
  delayedHour: number;
  flightsByOrigin: Map<string, number>;
}

const hourMinutes = 60n;

/**
 * Computes the totals in this one process, straight from the Parquet file's columns: no shard, no CSV, no WebAssembly
 * and no mesh, so that a mistake in any of those shows as a difference.
 */
export async function computeCentrally(parquetPath: string, signal: AbortSignal): Promise<CentralTotals> {
  const file = await asyncBufferFromFile(parquetPath);
  const metadata = await parquetMetadataAsync(file);
  const totals: CentralTotals = { rows: 0, distance: 0, delay: 0, delayedHour: 0, flightsByOrigin: new Map() };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    signal.throwIfAborted();
    const rowEnd = rowStart + Number(group.num_rows);
    await parquetRead({
      file,
      metadata,
      columns: ['delay', 'distance', 'origin'],
      rowStart,
      rowEnd,
      compressors: { ZSTD: (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }) },
      onChunk: ({ columnName, columnData }) => addColumn(totals, columnName, columnData as Iterable<unknown>),
    });
    totals.rows += rowEnd - rowStart;
    rowStart = rowEnd;
  }
  return totals;
}

function addColumn(totals: CentralTotals, column: string, values: Iterable<unknown>): void {
  if (column === 'origin') return addOrigins(totals.flightsByOrigin, values as Iterable<string>);
  let sum = 0n;
  let late = 0;
  for (const value of values as Iterable<bigint>) {
    sum += value;
    if (value >= hourMinutes) late += 1;
  }
  if (column === 'distance') totals.distance += Number(sum);
  else {
    totals.delay += Number(sum);
    totals.delayedHour += late;
  }
}

function addOrigins(counts: Map<string, number>, values: Iterable<string>): void {
  for (const origin of values) counts.set(origin, (counts.get(origin) ?? 0) + 1);
}
