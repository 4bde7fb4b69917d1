import type { Cid, PeerId } from '@shoal/runtime';
import { decodeResult, decodeSealedResult, linkedOutputs, type ResultDocument } from '@shoal/protocol';
import type { Linked } from '../effects.ts';
import type { JobLedger } from './ledger.ts';
import { documentOf, type UnitFacts } from './unit-facts.ts';

/** Linked outputs of a result: what to bring here, who should have it, and how it is opened where it is sealed for us. */
export interface Whereabouts {
  roots: Linked[];
  holders: PeerId[];
  sealed?: { key: Uint8Array; holds: Linked[] };
}

/**
 * Where the linked outputs of a result are. Sealed, each worker that showed it has a copy of its own: those that keepers
 * hold come first, and another attempt is another copy. Undefined where nobody showed it.
 */
export function whereaboutsOf(ledger: JobLedger, unit: number, result: Cid, attempt: number): Whereabouts | undefined {
  const facts = ledger.units.get(unit);
  const document = facts === undefined ? undefined : documentOf(facts, result);
  if (facts === undefined || document === undefined) return undefined;
  if (ledger.posted?.spec.seal === undefined) return { roots: linkedOutputs(decodeResult(document)), holders: [] };
  const copies = sealedCopies(ledger, facts, result);
  const copy = copies[attempt % copies.length];
  if (copy === undefined) return { roots: [], holders: [] };
  const opened = ledger.open(unit, copy.worker, result, copy.document);
  return {
    roots: [copy.outputs],
    holders: [...copy.keepers, copy.worker],
    ...(opened?.outputs === undefined ? {} : { sealed: { key: opened.outputs.key, holds: linkedOutputs(opened.result) } }),
  };
}

interface SealedCopy {
  worker: PeerId;
  document: Uint8Array;
  outputs: Linked;
  keepers: PeerId[];
}

function sealedCopies({ keptSealed }: JobLedger, facts: UnitFacts, result: Cid): SealedCopy[] {
  const copies: SealedCopy[] = [];
  for (const [worker, document] of documentsOf(facts, result)) {
    const { outputs } = decodeSealedResult(document);
    if (outputs !== undefined) copies.push({ worker, document, outputs, keepers: [...(keptSealed.get(outputs.cid) ?? [])] });
  }
  return copies.sort((a, b) => b.keepers.length - a.keepers.length || (a.worker < b.worker ? -1 : 1));
}

function* documentsOf(facts: UnitFacts, result: Cid): Generator<[worker: PeerId, document: Uint8Array]> {
  for (const [worker, shown] of facts.revealed) for (const revealed of shown.values()) if (revealed.result === result) yield [worker, revealed.document];
}

/** The document of a result; of a sealed one what is inside, which its requester alone can tell. */
export function openedResult(ledger: JobLedger, unit: number, result: Cid): ResultDocument | undefined {
  const facts = ledger.units.get(unit);
  if (facts === undefined) return undefined;
  for (const [worker, document] of documentsOf(facts, result)) {
    if (ledger.posted?.spec.seal === undefined) return decodeResult(document);
    const opened = ledger.open(unit, worker, result, document);
    if (opened !== undefined) return opened.result;
  }
  return undefined;
}

/** What a result cost. A sealed one says so outside too, by each worker's word: whoever cannot look inside believes the least of these workers. */
export function fuelOf({ posted }: JobLedger, facts: UnitFacts, result: Cid, workers: ReadonlySet<PeerId>): number {
  const said = [...documentsOf(facts, result)].filter(([worker]) => workers.has(worker)).map(([, document]) => (posted?.spec.seal === undefined ? decodeResult(document) : decodeSealedResult(document)).fuel ?? 0);
  return said.length === 0 ? 0 : Math.min(...said);
}
