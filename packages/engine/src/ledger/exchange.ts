import type { PeerId } from '@shoal/runtime';
import { cidOfDigest, limits, type MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import type { JobLedger } from './ledger.ts';
import { answerReconcile, beginReconcile, type SortedIds } from './reconcile.ts';

/** Room for the frame of an entries message. */
const frameBytes = 4_096;

/** Starts to compare a ledger with another peer's: fingerprints first, entries only where they differ. */
export function beginReconcileWith({ engine, effects }: Turn, ledger: JobLedger, peer: PeerId): void {
  if (peer === engine.self) return;
  effects.push({ type: 'send', to: peer, message: { type: 'reconcile', job: ledger.job, ...beginReconcile(sharedIds(ledger, peer)) } });
}

/** A peer compares its ledger of a job with ours: only those who have a part in the job are answered. */
export function receiveReconcile(turn: Turn, from: PeerId, message: MessageBody<'reconcile'>): void {
  const { engine, effects } = turn;
  const worked = engine.worked.get(message.job);
  const requested = engine.requested.get(message.job);
  const ledger = worked?.requester === from ? worked.ledger : requested?.ledger;
  if (ledger === undefined || (ledger === requested?.ledger && !isParty(requested.leases.values(), from))) return;
  const answer = answerReconcile(sharedIds(ledger, from), message);
  sendEntries(turn, ledger, from, answer.send);
  if (answer.reply === undefined) return;
  effects.push({ type: 'send', to: from, message: { type: 'reconcile', job: message.job, ...answer.reply } });
}

/** With its requester a worker shares all that it has; a requester shows a worker its own part. */
function sharedIds(ledger: JobLedger, peer: PeerId): SortedIds {
  return peer === ledger.posted?.requester ? ledger.ids : ledger.idsFor(peer);
}

function isParty(leases: Iterable<{ worker: PeerId }>, peer: PeerId): boolean {
  for (const lease of leases) if (lease.worker === peer) return true;
  return false;
}

/** Entries by their digests, in as few messages as their sizes allow. */
function sendEntries({ effects }: Turn, ledger: JobLedger, to: PeerId, digests: readonly Uint8Array[]): void {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  const send = (): void => {
    if (batch.length > 0) effects.push({ type: 'send', to, message: { type: 'entries', job: ledger.job, entries: batch } });
    batch = [];
    bytes = 0;
  };
  for (const digest of digests) {
    const entry = ledger.entries.get(cidOfDigest(digest));
    if (entry === undefined) continue;
    if (batch.length >= limits.maxFactsPerEntry || bytes + entry.bytes.length > limits.maxMessageBytes - frameBytes) send();
    batch.push(entry.bytes);
    bytes += entry.bytes.length + 8;
  }
  send();
}
