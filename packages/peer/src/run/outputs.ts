import { systemSealing, type Cid, type ExecutionOutcome } from '@shoal/runtime';
import { encodeResult, liesInside, type Output, type ResultSealer } from '@shoal/protocol';
import { nameFile } from '@shoal/store';
import type { Parts } from '../parts.ts';
import { sealPieces } from '../seal/pieces.ts';

/** What pins outputs at the worker until its lease ends. */
export function workOwner(job: Cid): string {
  return `work/${job}`;
}

/** What pins accepted outputs at the peer that asked for them, and at its stewards and keepers. */
export function resultOwner(job: Cid): string {
  return `result/${job}`;
}

export function keeperOwner(job: Cid): string {
  return `kept/${job}`;
}

/** Nothing is kept by this owner any more. */
export async function dropOutputs({ store }: Pick<Parts, 'store'>, pinnedBy: string): Promise<void> {
  for (const { cid, owner } of await store.pins()) if (owner === pinnedBy) await store.unpin(cid, owner);
}

type Success = Extract<ExecutionOutcome, { ok: true }>;

/** By whom a unit's outputs may be read, where not by all. */
export interface Seal {
  unit: number;
  sealer: ResultSealer;
}

/**
 * Keeps what a run put out, and names it by the one CID that quorums compare. With a seal, what is kept and shown can be
 * read by the requester alone, and nothing else of it reaches the disk.
 */
export async function keepOutputs(parts: Parts, owner: string, outcome: Success, seal?: Seal): Promise<{ result: Cid; document: Uint8Array }> {
  const { store, crypto, clock } = parts;
  const files = outcome.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const [stdoutInside, ...filesInside] = liesInside([outcome.stdout.length, ...files.map((file) => file.bytes.length)]);
  const linked: Uint8Array[] = [];
  const keep = async (bytes: Uint8Array, inside: boolean | undefined): Promise<Output> => {
    if (inside === true) return { inline: bytes };
    linked.push(bytes);
    const { cid } = seal === undefined ? await store.importFile(each([bytes]), { owner }) : await nameFile(each([bytes]), clock);
    return { cid, bytes: bytes.length };
  };
  const stdout = await keep(outcome.stdout, stdoutInside);
  const contents = [];
  for (const [i, file] of files.entries()) contents.push({ path: file.path, content: await keep(file.bytes, filesInside[i]) });
  const { fuel } = outcome.usage;
  const encoded = encodeResult({ stdout, files: contents, ...(fuel === undefined ? {} : { fuel }) }, crypto);
  if (seal === undefined) return { result: encoded.cid, document: encoded.bytes };
  const { outputsKey, seal: close } = seal.sealer.begin(seal.unit);
  const outputs = linked.length === 0 ? undefined : await store.importFile(sealPieces(each(linked), outputsKey(), systemSealing), { owner });
  return { result: encoded.cid, document: close(encoded, outputs) };
}

async function* each(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}
