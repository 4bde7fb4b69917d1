import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importer } from 'ipfs-unixfs-importer';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { silentLogger, systemClock } from '@shoal/runtime';
import { createBlobStore } from '@shoal/store';

const MiB = 1024 * 1024;
/** What createReadStream and sockets hand over is of this order. */
const pieceBytes = 256 * 1024;

export interface ImportFigures {
  bytes: number;
  /** Into the store on disk, flushed. */
  importMbPerSecond: number;
  /** The same bytes through SHA-256 alone. */
  sha256MbPerSecond: number;
  /** The same bytes through ipfs-unixfs-importer with a block store that keeps nothing. */
  importerMbPerSecond: number;
  importOverSha256: number;
  importOverImporter: number;
}

/** Imports a file beside what its parts cost alone, in turns; the best of the rounds counts. */
export async function benchImport(options: { bytes?: number; rounds?: number; dir?: string } = {}): Promise<ImportFigures> {
  const bytes = options.bytes ?? 256 * MiB;
  const dir = await mkdtemp(join(options.dir ?? tmpdir(), 'shoal-bench-'));
  const best = { store: 0, sha256: 0, importer: 0 };
  try {
    for (let round = 0; round < (options.rounds ?? 3); round += 1) {
      best.sha256 = Math.max(best.sha256, await speed(bytes, () => hashAlone(contentOf(bytes, round))));
      best.importer = Math.max(best.importer, await speed(bytes, () => importInMemory(contentOf(bytes, round))));
      best.store = Math.max(best.store, await importIntoStore(join(dir, String(round)), bytes, round));
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return {
    bytes,
    importMbPerSecond: Math.round(best.store),
    sha256MbPerSecond: Math.round(best.sha256),
    importerMbPerSecond: Math.round(best.importer),
    importOverSha256: ratio(best.store, best.sha256),
    importOverImporter: ratio(best.store, best.importer),
  };
}

/** Pieces that differ from each other and from other rounds', made at next to no cost. */
async function* contentOf(bytes: number, round: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, bytes - at));
    new DataView(piece.buffer).setFloat64(0, at + round / 8);
    yield piece;
  }
}

async function hashAlone(content: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of content) hash.update(piece);
  hash.digest();
}

async function importInMemory(content: AsyncIterable<Uint8Array>): Promise<void> {
  const options = { profile: 'unixfs-v1-2025', chunker: fixedSize({ chunkSize: MiB }) } as const;
  for await (const entry of importer([{ content }], { put: async (cid) => cid }, options)) void entry;
}

async function importIntoStore(dir: string, bytes: number, round: number): Promise<number> {
  const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
  await store.start();
  const reached = await speed(bytes, () => store.importFile(contentOf(bytes, round)));
  await store.stop();
  await rm(dir, { recursive: true });
  return reached;
}

async function speed(bytes: number, fn: () => Promise<unknown>): Promise<number> {
  const startedAt = systemClock.monotonic();
  await fn();
  return bytes / 1e3 / (systemClock.monotonic() - startedAt);
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100;
}
