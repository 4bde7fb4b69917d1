import { guestStackBytes, maxFrameValuesBytes, maxModuleGlobals, wasmPageBytes } from '../limits.ts';
import type { WasiState } from '../wasi/state.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Posture } from './motion.ts';
import { SnapshotUnfit } from './values.ts';
import { readWasi, writeWasi } from './wasi-codec.ts';

const entries = ['start', 'main'] as const;
const maxPages = 65_536;
const bytesOfGlobal = 16;

/** What a stopped program is beside its memory's pages. */
export interface StoppedState {
  /** Names the program and what it runs on: another's snapshot is refused. */
  fits: string;
  memoryPages: number;
  posture: Posture;
  wasi: WasiState;
}

export function encodeState({ fits, memoryPages, posture, wasi }: StoppedState): Uint8Array {
  const out = new ByteWriter().text(fits).u32(memoryPages);
  out.u8(entries.indexOf(posture.entry)).i64(posture.fuel).u32(posture.stack).u32(posture.memoryRefused);
  out.bytes(posture.globals).bytes(posture.frames);
  writeWasi(out, wasi);
  return out.finish();
}

/** Reads a state for a unit that is about to begin. Throws SnapshotUnfit for whatever does not fit it. */
export function decodeState(bytes: Uint8Array, expected: { fits: string; maxPages: number; fuel: bigint; fresh: WasiState }): StoppedState {
  const reader = new ByteReader(bytes);
  const fits = reader.text(wasmPageBytes);
  if (fits !== expected.fits) throw new SnapshotUnfit(`it is of ${fits.slice(0, 200)}, expected ${expected.fits}`);
  const memoryPages = reader.u32();
  if (memoryPages > Math.min(maxPages, expected.maxPages)) throw new SnapshotUnfit(`it has ${memoryPages} pages of memory, more than ${expected.maxPages}`);
  const posture: Posture = {
    entry: reader.one(entries, 'a beginning'),
    fuel: reader.i64(),
    stack: reader.u32(),
    memoryRefused: reader.u32(),
    globals: reader.bytes(maxModuleGlobals * bytesOfGlobal).slice(),
    frames: reader.bytes(maxFrameValuesBytes).slice(),
  };
  if (posture.fuel < 0n || posture.fuel > expected.fuel || posture.stack > guestStackBytes) throw new SnapshotUnfit('it has more left than the unit began with');
  const wasi = readWasi(reader, expected.fresh);
  reader.end();
  return { fits, memoryPages, posture, wasi };
}
