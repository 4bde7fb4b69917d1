import type { Cid } from '@shoal/runtime';
import { acceptedResult, openedResult, type JobLedger } from '@shoal/engine';
import { linkedOutputs, type Output } from '@shoal/protocol';
import type { UnitResult } from '../api.ts';
import type { Parts } from '../parts.ts';

const decoder = new TextDecoder();

/** The result of an accepted unit; undefined while its linked outputs are not here. */
export async function resultOf(parts: Pick<Parts, 'store'>, ledger: JobLedger, unit: number): Promise<UnitResult | undefined> {
  const facts = ledger.units.get(unit);
  const accepted = facts === undefined || ledger.posted === undefined ? undefined : acceptedResult(facts, ledger.posted.requester);
  if (facts === undefined || accepted === undefined) return undefined;
  const { result: cid, workers } = accepted;
  const result = openedResult(ledger, unit, cid);
  if (result === undefined) return undefined;
  for (const link of linkedOutputs(result)) if (!(await parts.store.has(link.cid))) return undefined;
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
