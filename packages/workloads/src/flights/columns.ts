import { zstdDecompressSync } from 'node:zlib';
import { ShoalError, messageOf } from '@shoal/runtime';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import type { WorkloadErrorCode } from '../errors.ts';
import { dateText } from './date.ts';

export const columnNames = ['date', 'delay', 'distance', 'origin', 'destination'] as const;
type ColumnName = (typeof columnNames)[number];

/** One row group by column, undefined where the file has a null. Equal dates and codes share their bytes. */
export interface FlightColumns {
  rows: number;
  /** As in the CSV: 2001-01-31T23:59:00. */
  date: (Uint8Array | undefined)[];
  delay: (bigint | undefined)[];
  distance: (bigint | undefined)[];
  origin: (Uint8Array | undefined)[];
  destination: (Uint8Array | undefined)[];
}

export interface FlightsFile {
  /** Rows of each row group, in the file's order. */
  groups: number[];
  readGroup(index: number): Promise<FlightColumns>;
}

/** Opens a Parquet file of flights and checks its columns. */
export async function openFlights(path: string): Promise<FlightsFile> {
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => {
    throw new ShoalError<WorkloadErrorCode>('flights-data-missing', `Cannot open ${path}: ${messageOf(cause)}`, { cause });
  });
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw invalid(`Cannot read ${path}, expected a Parquet file: ${messageOf(cause)}`, cause);
  });
  const found = metadata.schema.slice(1).map((element) => element.name);
  if (found.join() !== columnNames.join()) throw invalid(`${path} has the columns ${found.join()}, expected ${columnNames.join()}`);
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  return { groups, readGroup: (index) => readGroup(file, metadata, groups, index) };
}

async function readGroup(file: AsyncBuffer, metadata: FileMetaData, groups: number[], index: number): Promise<FlightColumns> {
  const rowStart = groups.slice(0, index).reduce((sum, rows) => sum + rows, 0);
  const rows = groups[index] ?? 0;
  const columns: Record<ColumnName, unknown[]> = { date: [], delay: [], distance: [], origin: [], destination: [] };
  await parquetRead({
    file,
    metadata,
    rowStart,
    rowEnd: rowStart + rows,
    compressors: { ZSTD: (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }) },
    parsers: { timestampFromMicroseconds: dateBytes, stringFromBytes: (bytes) => bytes },
    onChunk: ({ columnName, columnData }) => {
      columns[columnName as ColumnName] = Array.isArray(columnData) ? columnData : [...columnData];
    },
  }).catch((cause: unknown) => {
    throw cause instanceof ShoalError ? cause : invalid(`Cannot decode row group ${index}: ${messageOf(cause)}`, cause);
  });
  for (const name of columnNames) {
    if (columns[name].length !== rows) {
      throw invalid(`Row group ${index} has ${columns[name].length} values of ${name}, expected ${rows}`);
    }
  }
  return { rows, ...columns } as FlightColumns;
}

/** Called once for each different date of a row group, as the file keeps them in a dictionary. */
function dateBytes(micros: bigint): Uint8Array {
  const text = dateText(micros);
  if (text === undefined) throw invalid(`A date of ${micros} microseconds is not a whole second of the years 0 to 9999`);
  return Buffer.from(text);
}

function invalid(text: string, cause?: unknown): ShoalError<WorkloadErrorCode> {
  return new ShoalError<WorkloadErrorCode>('flights-data-invalid', text, { cause });
}
