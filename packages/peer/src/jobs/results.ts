import type { Cid } from '@shoal/runtime';
import { acceptedResult, documentOf, type JobLedger } from '@shoal/engine';
import { decodeResult, type Output } from '@shoal/protocol';
import type { UnitResult } from '../api.ts';
import type { Parts } from '../parts.ts';

const decoder = new TextDecoder();

/** The result of an accepted unit; undefined while its linked outputs are not here. */
export async function resultOf(parts: Pick<Parts, 'store'>, ledger: JobLedger, unit: number): Promise<UnitResult | undefined> {
  const facts = ledger.units.get(unit);
  const accepted = facts === undefined || ledger.posted === undefined ? undefined : acceptedResult(facts, ledger.posted.requester);
  if (facts === undefined || accepted === undefined) return undefined;
  const { result: cid, workers } = accepted;
  const document = documentOf(facts, cid);
  if (document === undefined) return undefined;
  const result = decodeResult(document);
  const links = [result.stdout, ...result.files.map((file) => file.content)].flatMap((output) => ('cid' in output ? [output.cid] : []));
  for (const link of links) if (!(await parts.store.has(link))) return undefined;
  const stdout = await bytesOf(parts, result.stdout);
  const units = ledger.posted?.spec.units;
  const shard = units?.kind === 'shards' ? units.shards[unit]?.name : undefined;
  return {
    unit,
    ...(shard === undefined ? {} : { shard }),
    stdout,
    text: decoder.decode(stdout),
    files: result.files.map(({ path, content }) => ({ path, bytes: sizeOf(content), read: () => bytesOf(parts, content) })),
    workers: [...workers],
    cid: cid as Cid,
  };
}

function sizeOf(output: Output): number {
  return 'inline' in output ? output.inline.length : output.bytes;
}

async function bytesOf({ store }: Pick<Parts, 'store'>, output: Output): Promise<Uint8Array> {
  return 'inline' in output ? output.inline : store.readAt(output.cid, 0, output.bytes);
}
