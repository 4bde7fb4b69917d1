import { randomFillSync } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../net/lab.ts';
import type { LabPeer } from './peer.ts';

const mebibyte = 1_048_576;

/** A file of that many MiB, none of which is another one. */
export async function makeBlob(lab: Lab, mebibytes: number): Promise<string> {
  const path = join(lab.folder, 'blob');
  const piece = randomFillSync(Buffer.alloc(mebibyte));
  await using file = await open(path, 'w');
  for (let number = 0; number < mebibytes; number += 1) {
    piece.writeUInt32BE(number);
    await file.write(piece);
  }
  return path;
}

/** Resident memory of a peer's own process, now and at its highest, in MB. */
export async function memoryOf({ client }: LabPeer): Promise<{ nowMB: number; peakMB: number }> {
  const { pid } = await client.status();
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`, 'u').exec(text)?.[1]) / 1_024;
  return { nowMB: of('VmRSS'), peakMB: of('VmHWM') };
}
