import type { Cid } from '@shoal/runtime';
import { parseCid } from '@shoal/protocol';
import { prepareProgram } from '@shoal/sandbox';
import { offenceReporter } from '../compose/offences.ts';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { awaitHolders } from '../data/await-holders.ts';
import { fetchBlob } from '../transfer/index.ts';

/** Pins a program from its import until its job does: nothing may collect it in between. */
export const submittingOwner = 'submitting';

export interface Program {
  cid: Cid;
  bytes: number;
  name: string;
  engine: string;
}

/** A program by path, bytes or CID: made ready, stored here, and announced so that workers find it. */
export async function takeProgram(parts: Parts, program: string | Uint8Array, engine: string | undefined, signal: AbortSignal): Promise<Program> {
  if (typeof program === 'string' && /^baf[a-z2-7]{40,}$/.test(program)) {
    return { ...(await programByCid(parts, parseCid(program), signal)), engine: engine ?? 'wasm' };
  }
  const prepared = await prepareProgram(program, { engine, signal });
  const { cid } = await parts.store.importFile(chunksOf(prepared.bytes), { owner: submittingOwner });
  return { cid, bytes: prepared.bytes.length, name: prepared.name, engine: prepared.engine };
}

async function programByCid(parts: Parts, cid: Cid, signal: AbortSignal): Promise<Omit<Program, 'engine'>> {
  const { store, network, clock } = parts;
  if (!(await store.has(cid))) {
    const from = await awaitHolders(parts, cid, { signal });
    await fetchBlob({ root: cid, from, store, network, clock, signal, maxBytes: peerDefaults.maxProgramBytes, offence: offenceReporter(parts) });
  }
  return { cid, bytes: (await store.stat(cid))?.bytes ?? 0, name: cid.slice(-12) };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
