import { ShoalError, type Cid, type Crypto, type Journal, type PeerId } from '@shoal/runtime';
import { openEntry, type Entry, type FactOf } from '@shoal/protocol';
import { creditScope } from '@shoal/engine';
import type { ReceiptView } from '../api.ts';
import { PeerError } from '../errors.ts';

/** A receipt as it travels: what the requester signed, and what the worker signed to agree with it. */
export interface SignedReceipt {
  view: ReceiptView;
  receipt: Uint8Array;
  countersignature: Uint8Array | undefined;
}

const maxReceipts = 100_000;
const formatVersion = 1;

/** The receipts that this peer got for its work, newest job last. */
export function ownReceipts(journal: Journal, self: PeerId, crypto: Crypto): SignedReceipt[] {
  const receipts: SignedReceipt[] = [];
  for (const { key } of journal.replay(creditScope)) {
    const entries: Entry[] = [];
    for (const record of journal.replay(key)) if (record.kind === 'entry') entries.push(openEntry(record.bytes, crypto));
    const ofJob: SignedReceipt[] = [];
    for (const entry of entries) {
      const fact = receiptIn(entry, self);
      if (fact === undefined || entry.author === self) continue; // work for oneself earns nothing, and nobody would believe it
      const countersigned = entries.find((other) => other.author === self && agreesWith(other, entry.id));
      ofJob.push({ view: viewOf(entry, fact, countersigned !== undefined), receipt: entry.bytes, countersignature: countersigned?.bytes });
    }
    if (receipts.length >= maxReceipts) return receipts;
    receipts.push(...largestOfEach(ofJob, ({ view }) => view));
  }
  return receipts;
}

/**
 * One receipt a job and worker: its requester and a steward may both have signed for the same work. The one that both sides
 * signed counts before one that they did not, and then the one for more units.
 */
export function largestOfEach<T>(receipts: readonly T[], viewOf: (receipt: T) => ReceiptView): T[] {
  const rank = (receipt: T): number[] => {
    const { countersigned, units, credit } = viewOf(receipt);
    return [Number(countersigned), units, credit];
  };
  const best = new Map<string, T>();
  for (const receipt of receipts) {
    const { job, worker } = viewOf(receipt);
    const known = best.get(`${job}/${worker}`);
    if (known === undefined || isLarger(rank(receipt), rank(known))) best.set(`${job}/${worker}`, receipt);
  }
  return [...best.values()];
}

function isLarger(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, index) => value !== b[index]);
  return i >= 0 && (a[i] as number) > (b[i] as number);
}

/** Receipts as one JSON document that anybody can check without knowing either side. */
export function exportReceipts(receipts: readonly SignedReceipt[]): string {
  const list = receipts.flatMap(({ receipt, countersignature }) =>
    countersignature === undefined ? [] : [{ receipt: base64(receipt), countersigned: base64(countersignature) }],
  );
  return `${JSON.stringify({ format: 'shoal-receipts', version: formatVersion, receipts: list }, null, 1)}\n`;
}

/** Checks both signatures of every receipt, and that they are about each other; fails with `receipts-invalid`. */
export function verifyReceipts(text: string, crypto: Crypto): ReceiptView[] {
  const document = parse(text);
  return document.receipts.map((pair, i) => {
    try {
      const receipt = openEntry(Buffer.from(pair.receipt, 'base64'), crypto);
      const countersigned = openEntry(Buffer.from(pair.countersigned, 'base64'), crypto);
      const fact = receiptIn(receipt, countersigned.author);
      if (fact === undefined || countersigned.job !== receipt.job || !agreesWith(countersigned, receipt.id)) {
        throw new PeerError('receipts-invalid', 'the countersignature is not of this receipt');
      }
      if (receipt.author === countersigned.author) throw new PeerError('receipts-invalid', 'requester and worker are the same peer');
      return viewOf(receipt, fact, true);
    } catch (cause) {
      if (!(cause instanceof ShoalError)) throw cause;
      throw new PeerError('receipts-invalid', `Cannot believe receipt ${i + 1} of ${document.receipts.length}: ${cause.message}`, { cause });
    }
  });
}

function parse(text: string): { receipts: { receipt: string; countersigned: string }[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PeerError('receipts-invalid', 'Cannot read the receipts: the file is not JSON', { cause, hint: 'Give a file that `shoal credit export` wrote.' });
  }
  const { format, version, receipts } = (value ?? {}) as { format?: unknown; version?: unknown; receipts?: unknown };
  const pairs = Array.isArray(receipts) && receipts.length <= maxReceipts && receipts.every(isPair) ? receipts : undefined;
  if (format === 'shoal-receipts' && version === formatVersion && pairs !== undefined) return { receipts: pairs };
  throw new PeerError('receipts-invalid', 'Cannot read the receipts: the file is none of version 1', { hint: 'Give a file that `shoal credit export` wrote.' });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function isPair(value: unknown): value is { receipt: string; countersigned: string } {
  const { receipt, countersigned } = (value ?? {}) as { receipt?: unknown; countersigned?: unknown };
  return typeof receipt === 'string' && typeof countersigned === 'string';
}

function receiptIn(entry: Entry, worker: PeerId): FactOf<'receipt'> | undefined {
  return entry.value.facts.find((fact): fact is FactOf<'receipt'> => fact.kind === 'receipt' && fact.worker === worker);
}

function agreesWith(entry: Entry, receipt: Cid): boolean {
  return entry.value.facts.some((fact) => fact.kind === 'countersigned' && fact.receipt === receipt);
}

function viewOf(entry: Entry, fact: FactOf<'receipt'>, countersigned: boolean): ReceiptView {
  const { worker, units, fuel, credit, elapsedMs } = fact;
  return { job: entry.job, requester: entry.author, worker, units, fuel, credit, elapsedMs, at: entry.value.at, countersigned };
}
