import { viewOfJob } from '@shoal/engine';
import { openEntry, type Entry, type Message, type Reason } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** A code that a program can tell apart, and words for a person. */
function isReason({ code, text }: Reason): boolean {
  return /^[a-z][a-z0-9-]+$/.test(code) && text.trim() !== '';
}

/** Whoever declines, hands back, fails, gives up or cancels says why. */
export function checkSaidReasons(peer: SimPeer, message: Message, report: Report): void {
  const lacks = (what: string): void => report('says-why', `peer ${peer.index} does not say why: ${what}`);
  if (message.type === 'decline' && (message.reasons.length === 0 || !message.reasons.every(isReason))) lacks('a decline');
  if (message.type === 'unknownLease' && !isReason(message.reason)) lacks('a lease that it does not know');
  if (message.type !== 'entries') return;
  for (const entry of message.entries.map((bytes) => openEntry(bytes, peer.options.crypto))) if (entry.author === peer.id) for (const what of unexplained(entry)) lacks(what);
}

function unexplained({ value }: Entry): string[] {
  return value.facts.flatMap((fact) => ('reason' in fact && !isReason(fact.reason) ? [fact.kind] : []));
}

const refusals = { declined: 'declined', silent: 'did not answer to', released: 'left' };

/** What a requester was told reaches the person who asked. */
export function checkRefusals(job: PostedJob, report: Report): void {
  const open = job.requester.engine.requested.get(job.id);
  for (const { state, reasons } of open?.candidates.values() ?? []) {
    if ((state === 'declined' || state === 'silent' || state === 'released') && !(reasons.length > 0 && reasons.every(isReason))) report('says-why', `a peer that ${refusals[state]} ${nameOf(job)} has no reason`);
  }
  if (open === undefined || open.outcome === 'open' || open.outcome === 'done') return;
  const reason = viewOfJob(open)?.reason;
  const unitReasons = [...open.ledger.units.values()].flatMap(({ abandoned }) => [...abandoned.values()].map((gaveUp) => gaveUp.reason));
  const told = reason === undefined ? unitReasons : [reason, ...unitReasons];
  if (told.length === 0 || !told.every(isReason)) report('says-why', `${nameOf(job)} is ${open.outcome} and does not say why`);
}
