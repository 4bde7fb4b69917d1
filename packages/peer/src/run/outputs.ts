import type { Cid, ExecutionOutcome } from '@shoal/runtime';
import { encodeResult, liesInside, type Output } from '@shoal/protocol';
import type { Parts } from '../parts.ts';

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

/** Keeps what a run put out, and names it by the one CID that quorums compare. */
export async function keepOutputs(parts: Parts, owner: string, outcome: Success): Promise<{ result: Cid; document: Uint8Array }> {
  const { store, crypto } = parts;
  const files = outcome.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const [stdoutInside, ...filesInside] = liesInside([outcome.stdout.length, ...files.map((file) => file.bytes.length)]);
  const keep = async (bytes: Uint8Array, inside: boolean | undefined): Promise<Output> => {
    if (inside === true) return { inline: bytes };
    const { cid } = await store.importFile(once(bytes), { owner });
    return { cid, bytes: bytes.length };
  };
  const stdout = await keep(outcome.stdout, stdoutInside);
  const contents = [];
  for (const [i, file] of files.entries()) contents.push({ path: file.path, content: await keep(file.bytes, filesInside[i]) });
  const { fuel } = outcome.usage;
  const encoded = encodeResult({ stdout, files: contents, ...(fuel === undefined ? {} : { fuel }) }, crypto);
  return { result: encoded.cid, document: encoded.bytes };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
