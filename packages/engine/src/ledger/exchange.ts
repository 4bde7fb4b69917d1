import type { Cid, PeerId } from '@shoal/runtime';
import { cidOfDigest, limits, type Entry, type MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import type { JobLedger } from './ledger.ts';
import { answerReconcile, beginReconcile, type SortedIds } from './reconcile.ts';

/** Room for the frame of an entries message. */
const frameBytes = 4_096;

/** Starts to compare a ledger with another peer's: fingerprints first, entries only where they differ. */
export function beginReconcileWith({ engine, effects }: Turn, ledger: JobLedger, peer: PeerId): void {
  if (peer === engine.self) return;
  ledger = engine.stewarded.get(ledger.job)?.ledger ?? ledger; // who holds all of it compares all of it
  effects.push({ type: 'send', to: peer, message: { type: 'reconcile', job: ledger.job, ...beginReconcile(sharedIds(ledger, peer)) } });
}

/** A peer compares its ledger of a job with ours: only those who have a part in the job are answered. */
export function receiveReconcile(turn: Turn, from: PeerId, message: MessageBody<'reconcile'>): void {
  const { effects } = turn;
  const ledger = ledgerFor(turn, from, message);
  if (ledger === undefined) return sayWhatBecame(turn, from, message.job);
  const answer = answerReconcile(sharedIds(ledger, from), message);
  const entries = answer.send.flatMap((digest) => ledger.entries.get(cidOfDigest(digest)) ?? []);
  // Ids tell nothing; entries go to those alone who have a part in the job.
  if (ledger.seesAll(from) || ledger.isWorker(from) || ledger.isAuthority(from)) sendEntries(turn, ledger, from, entries);
  if (answer.reply === undefined) return;
  effects.push({ type: 'send', to: from, message: { type: 'reconcile', job: message.job, ...answer.reply } });
}

/** To whom has no part in a job any more: that it is in other hands, or over. */
function sayWhatBecame({ engine, effects }: Turn, from: PeerId, job: Cid): void {
  const requested = engine.requested.get(job);
  const { current } = requested?.ledger.delegations ?? {};
  if (current !== undefined) effects.push({ type: 'send', to: from, message: { type: 'entries', job, entries: [current.entry.bytes] } });
  if (requested !== undefined || engine.worked.has(job)) return;
  const reason = { code: 'job-unknown', text: 'it knows no such open job' };
  effects.push({ type: 'send', to: from, message: { type: 'decline', job, reasons: [reason] } });
}

/**
 * The ledger to compare: as a steward or keeper with everybody, since a worker whose lease we know nothing of brings the
 * proof of it; as the requester with those who hold a lease or the job; as a worker with those who speak for it.
 */
function ledgerFor({ engine }: Turn, from: PeerId, { job }: MessageBody<'reconcile'>): JobLedger | undefined {
  const stewarded = engine.stewarded.get(job);
  if (stewarded !== undefined) return stewarded.ledger;
  const requested = engine.requested.get(job);
  if (requested !== undefined) return requested.ledger.seesAll(from) || isParty(requested.leases.values(), from) ? requested.ledger : undefined;
  const worked = engine.worked.get(job);
  return worked?.ledger.isAuthority(from) === true ? worked.ledger : undefined;
}

/** The requester, and those to whom the job is entrusted now, see all of it; a worker its own part, and what was said for all. */
function sharedIds(ledger: JobLedger, peer: PeerId): SortedIds {
  return ledger.seesAll(peer) ? ledger.ids : ledger.idsFor(peer);
}

function isParty(leases: Iterable<{ worker: PeerId }>, peer: PeerId): boolean {
  for (const lease of leases) if (lease.worker === peer) return true;
  return false;
}

/** Entries, in as few messages as their sizes allow. */
export function sendEntries({ effects }: Turn, ledger: JobLedger, to: PeerId, entries: readonly Entry[]): void {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  const send = (): void => {
    if (batch.length > 0) effects.push({ type: 'send', to, message: { type: 'entries', job: ledger.job, entries: batch } });
    batch = [];
    bytes = 0;
  };
  for (const entry of entries) {
    if (batch.length >= limits.maxFactsPerEntry || bytes + entry.bytes.length > limits.maxMessageBytes - frameBytes) send();
    batch.push(entry.bytes);
    bytes += entry.bytes.length + 8;
  }
  send();
}
