import { ShoalError, type Cid, type PeerId } from '@shoal/runtime';
import { decodeMessage, openEntry, type Entry, type Message, type MessageBody } from '@shoal/protocol';
import type { Turn } from './engine.ts';
import { beginReconcileWith, receiveReconcile } from './ledger/exchange.ts';
import { roleOf } from './ledger/outbox.ts';
import { receiveAuthorityEntry } from './requester/authority.ts';
import { receiveCheckpointed } from './requester/checkpoints.ts';
import { receiveWorkerEntry } from './requester/entries.ts';
import { leaseOf, type RequestedJob } from './requester/job.ts';
import { dropLease, receivePull } from './requester/leases.ts';
import { receiveDecline } from './requester/offers.ts';
import { receiveAdverts } from './roster/adverts.ts';
import { receiveSeek } from './roster/seek.ts';
import { hearRefusal, hearRival, hearTrustee } from './steward/acting.ts';
import { discharge, stopActing } from './steward/discharge.ts';
import { hearActing as hearEntrusted, receiveEntrusted, takeUp } from './steward/take.ts';
import { receiveOffer } from './worker/bid.ts';
import { receiveRequesterEntry } from './worker/lease.ts';
import { hearActing as hearWorked, receiveAssign, receiveReveal, receiveUnknownLease } from './worker/report.ts';

/** A message from a peer: decoded, checked, and given to whom it concerns. A bad one is its sender's offence. */
export function receive(turn: Turn, from: PeerId, bytes: Uint8Array): void {
  if (!isWithinQuota(turn, from, bytes)) return;
  try {
    dispatch(turn, from, decodeMessage(bytes, turn.engine.crypto.opened));
  } catch (error) {
    if (!(error instanceof ShoalError) || error.code === 'invariant') throw error;
    turn.effects.push({ type: 'offence', peer: from, code: error.code, text: error.message });
  }
}

/** A message may be lost at any time: those beyond the rate of their kind are. */
function isWithinQuota({ engine, now, effects }: Turn, from: PeerId, bytes: Uint8Array): boolean {
  if (from === engine.self) return true;
  const kind = bytes[0] ?? 0;
  const verdict = engine.quotas.take(from, kind, now);
  if (verdict === 'beyond, to be told') {
    effects.push({ type: 'offence', peer: from, code: 'rate-exceeded', text: `It sends more messages of kind ${kind} than it may` });
  }
  return verdict === 'within';
}

function dispatch(turn: Turn, from: PeerId, message: Message): void {
  const { engine } = turn;
  switch (message.type) {
    case 'offer':
      return receiveOffer(turn, from, message);
    case 'assign':
      return receiveAssign(turn, from, message);
    case 'reveal':
      return receiveReveal(turn, from, message);
    case 'adverts':
      return receiveAdverts(turn, from, message.adverts);
    case 'seek':
      return receiveSeek(turn, from, message);
    case 'entries':
      return receiveEntries(turn, from, message.job, message.entries);
    case 'reconcile': {
      const acting = engine.requested.get(message.job);
      if (acting !== undefined) hearTrustee(turn, acting, from);
      return receiveReconcile(turn, from, message);
    }
    case 'acting':
      return receiveActing(turn, from, message);
    case 'unknownLease': {
      receiveUnknownLease(turn, from, message);
      const job = engine.requested.get(message.job);
      const lease = job?.leases.get(message.lease);
      if (job !== undefined && lease?.worker === from && job.outcome === 'open') dropLease(turn, job, lease, message.reason);
      return;
    }
    case 'decline': {
      const job = engine.requested.get(message.job);
      const [reason] = message.reasons;
      if (job?.outcome === 'open') {
        receiveDecline(turn, job, from, message.reasons);
        if (reason !== undefined) hearRefusal(turn, job, from, reason);
      }
      const stewarded = engine.stewarded.get(message.job);
      if (stewarded?.requester === from && reason?.code === 'job-unknown') discharge(turn, stewarded, 'delivered');
      return;
    }
    case 'pull': {
      const job = engine.requested.get(message.job);
      if (job !== undefined) return receivePull(turn, job, from, message);
      const stewarded = engine.stewarded.get(message.job);
      // Its turn has not come yet: whoever reports to it is to be known when it does.
      if (stewarded !== undefined && !stewarded.isOver) return beginReconcileWith(turn, stewarded.ledger, from);
      const reason = { code: 'job-unknown', text: 'it knows no such open job' };
      turn.effects.push({ type: 'send', to: from, message: { type: 'unknownLease', job: message.job, lease: message.lease, reason } });
      return;
    }
    case 'checkpointed': {
      const job = engine.requested.get(message.job);
      if (job !== undefined && message.unit < job.units) receiveCheckpointed(turn, job, from, message);
      return;
    }
    case 'progress':
    case 'partial':
    case 'log':
      return receiveNote(turn, from, message);
  }
}

/** Who is somebody in the job is said first: what others state counts after that. */
function receiveEntries(turn: Turn, from: PeerId, claimed: Cid, list: readonly Uint8Array[]): void {
  const entries = list.map((bytes) => openEntry(bytes, turn.engine.crypto));
  const stray = entries.find(({ job }) => job !== claimed);
  if (stray !== undefined) throw new ShoalError('entry-misfiled', `Cannot take an entry of job ${stray.job} under job ${claimed}`);
  const isOfJob = (entry: Entry): boolean => entry.value.facts.every((fact) => roleOf(fact) === 'requester');
  for (const entry of entries) if (isOfJob(entry)) receiveJobEntry(turn, from, entry);
  for (const entry of entries) if (!isOfJob(entry)) receiveOwnEntry(turn, from, entry);
}

/** What was stated for a job: by its requester or a steward. A peer may have several parts in it. */
function receiveJobEntry(turn: Turn, from: PeerId, entry: Entry): void {
  const { engine } = turn;
  const requested = engine.requested.get(entry.job);
  const stewarded = engine.stewarded.get(entry.job);
  if (requested !== undefined && entry.author !== engine.self) receiveAuthorityEntry(turn, requested, entry);
  else if (stewarded !== undefined && requested === undefined) receiveEntrusted(turn, stewarded, from, entry);
  // A peer that works for itself hears of its own job in both roles.
  if (requested === undefined || entry.author === engine.self) receiveRequesterEntry(turn, entry);
}

/** What a peer stated for itself. */
function receiveOwnEntry(turn: Turn, from: PeerId, entry: Entry): void {
  const { engine } = turn;
  const requested = engine.requested.get(entry.job);
  const stewarded = engine.stewarded.get(entry.job);
  if (requested !== undefined) receiveWorkerEntry(turn, requested, from, entry);
  else if (stewarded !== undefined) receiveEntrusted(turn, stewarded, from, entry);
}

/** Somebody acts for a job: who works on it, has it in hand, or acts as well takes notice. */
function receiveActing(turn: Turn, from: PeerId, message: MessageBody<'acting'>): void {
  const { engine } = turn;
  const worked = engine.worked.get(message.job);
  const requested = engine.requested.get(message.job);
  const stewarded = engine.stewarded.get(message.job);
  if (worked !== undefined) hearWorked(turn, worked, from, message);
  if (requested !== undefined) {
    if (hearRival(turn, requested, from, message) === 'stay') return;
    if (stewarded !== undefined) stopActing(turn, stewarded);
  }
  if (stewarded !== undefined) hearEntrusted(turn, stewarded, from, message);
  else if (worked === undefined || message.posted !== undefined) takeUp(turn, from, message);
}

/** What a note costs besides its text. */
const noteBytes = 256;

/** Logs are kept in the journal, one note a unit and worker: the last one it sent. */
export function logNoteKey(unit: number, peer: PeerId): string {
  return `log/${unit}/${peer}`;
}

/** The inverse; undefined for a note of another kind. */
export function readLogNoteKey(key: string): { unit: number; peer: PeerId } | undefined {
  const [kind, unit, peer] = key.split('/');
  return kind === 'log' && peer !== undefined ? { unit: Number(unit), peer: peer as PeerId } : undefined;
}

/** Of the unit that it runs, and of no more units than are shown: the one heard of longest ago goes first. */
function keepPartial({ engine }: Turn, job: RequestedJob, from: PeerId, { unit, text }: Extract<Message, { type: 'partial' }>): void {
  if (leaseOf(job, from)?.assigned.has(unit) !== true) return;
  job.partials.delete(unit);
  job.partials.set(unit, { peer: from, text });
  const [oldest] = job.partials.keys();
  if (job.partials.size > engine.config.timings.maxPartials) job.partials.delete(oldest as number);
}

/** Progress, what was found so far, and logs: for people, not for decisions; only from those who hold a lease. */
function receiveNote(turn: Turn, from: PeerId, message: Extract<Message, { type: 'progress' | 'partial' | 'log' }>): void {
  const job = turn.engine.requested.get(message.job);
  if (job === undefined || job.outcome !== 'open' || leaseOf(job, from) === undefined || message.unit >= job.units) return;
  if (message.type === 'progress') job.progress.set(message.unit, { fraction: message.fraction, text: message.text });
  else if (message.type === 'partial') keepPartial(turn, job, from, message);
  else {
    const { maxJobLogBytes } = turn.engine.config.timings;
    const bytes = message.bytes.subarray(0, Math.max(0, maxJobLogBytes - job.logBytes));
    if (bytes.length === 0) return;
    job.logBytes += bytes.length + noteBytes;
    turn.effects.push({ type: 'append', records: [{ scope: job.job, kind: 'note', key: logNoteKey(message.unit, from), bytes }] });
  }
  turn.effects.push({ type: 'changed', job: job.job });
}
