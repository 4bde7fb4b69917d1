import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, type Cid } from '@shoal/runtime';
import { parseCid } from '@shoal/protocol';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { awaitHolders } from '../data/await-holders.ts';
import { fetchBlob } from '../transfer/index.ts';

const wasmMagic = [0x00, 0x61, 0x73, 0x6d];

/** Pins a program from its import until its job does: nothing may collect it in between. */
export const submittingOwner = 'submitting';

export interface Program {
  cid: Cid;
  bytes: number;
  name: string;
}

/** A program by path, bytes or CID: checked, stored here, and announced so that workers find it. */
export async function takeProgram(parts: Parts, program: string | Uint8Array, signal: AbortSignal): Promise<Program> {
  if (typeof program === 'string' && /^baf[a-z2-7]{40,}$/.test(program)) return programByCid(parts, parseCid(program), signal);
  const name = typeof program === 'string' ? basename(program) : 'program';
  const bytes = typeof program === 'string' ? await readProgram(program) : program;
  if (bytes.length > peerDefaults.maxProgramBytes) {
    throw new PeerError('program-too-large', `Cannot run ${name}: ${bytes.length} bytes are more than the ${peerDefaults.maxProgramBytes} allowed`);
  }
  if (wasmMagic.some((byte, i) => bytes[i] !== byte)) {
    throw new PeerError('program-unreadable', `Cannot run ${name}: it is not a WebAssembly module (it does not begin with \\0asm)`, {
      hint: 'Compile the program to WASI preview 1; docs/PROGRAMS.md shows how.',
    });
  }
  const { cid } = await parts.store.importFile(chunksOf(bytes), { owner: submittingOwner });
  return { cid, bytes: bytes.length, name };
}

async function programByCid(parts: Parts, cid: Cid, signal: AbortSignal): Promise<Program> {
  const { store, network, clock } = parts;
  if (!(await store.has(cid))) {
    const from = await awaitHolders(parts, cid, { signal });
    await fetchBlob({ root: cid, from, store, network, clock, signal, maxBytes: peerDefaults.maxProgramBytes });
  }
  return { cid, bytes: (await store.stat(cid))?.bytes ?? 0, name: cid.slice(-12) };
}

async function readProgram(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new PeerError('program-unreadable', `Cannot read the program ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'Give the path of a .wasm file, or the CID of a program.',
    });
  }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
