import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openFlights } from './columns.ts';
import { csvBlocks, header } from './csv.ts';
import { linesOf } from './lines.ts';

export interface CutOptions {
  parquetPath: string;
  /** Made when it is not there. One cutter at a time. */
  outDir: string;
  onProgress?: (progress: CutProgress) => void;
  signal?: AbortSignal;
}

export interface CutProgress {
  parts: number;
  partsDone: number;
  rowsDone: number;
}

/** One CSV file with a header. */
export interface FlightsPart {
  name: string;
  rows: number;
  bytes: number;
}

/**
 * Cuts a Parquet file of flights into one CSV file a row group: `part-00.csv`, `part-01.csv`, …
 * A file appears whole or not at all, and one that is there with the right number of lines is kept, so an
 * interrupted cut goes on where it was.
 */
export async function cutFlights({ parquetPath, outDir, onProgress, signal }: CutOptions): Promise<FlightsPart[]> {
  const file = await openFlights(parquetPath);
  await mkdir(outDir, { recursive: true });
  const parts: FlightsPart[] = [];
  let rowsDone = 0;
  for (const [index, rows] of file.groups.entries()) {
    signal?.throwIfAborted();
    const name = `part-${String(index).padStart(2, '0')}.csv`;
    const path = join(outDir, name);
    if ((await linesOf(path)) !== rows + 1) {
      const columns = await file.readGroup(index);
      await writeWhole(path, join(outDir, `.${name}.partial`), csvBlocks(columns), signal);
    }
    parts.push({ name, rows, bytes: (await stat(path)).size });
    rowsDone += rows;
    onProgress?.({ parts: file.groups.length, partsDone: parts.length, rowsDone });
  }
  return parts;
}

async function writeWhole(path: string, partialPath: string, blocks: Iterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
  try {
    const file = await open(partialPath, 'w');
    try {
      await writeAll(file, header);
      for (const block of blocks) {
        signal?.throwIfAborted();
        await writeAll(file, block);
      }
      // Without it a power cut could leave the name on an empty file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}
