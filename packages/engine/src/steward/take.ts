import type { PeerId } from '@shoal/runtime';
import { openEntry, unitCount, type Entry, type MessageBody, type Reason } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { JobLedger } from '../ledger/ledger.ts';
import { requesterRefusal, type Poster } from '../policy/members.ts';
import { requesterDenied } from '../policy/owner.ts';
import { isWorthKeeping } from '../requester/admission.ts';
import { isWithinShare, learnDelegation, openDelegation } from './delegation.ts';
import { createStewardedJob, goesBefore, type StewardedJob } from './job.ts';
import { discharge, isEntrusted } from './discharge.ts';
import { holdProgram, keepAccepted } from './keep.ts';
import { watchOver } from './watch.ts';

/** Somebody says that it acts for a job that is not here: it may be entrusting it to us. */
export function takeUp(turn: Turn, from: PeerId, message: MessageBody<'acting'>): void {
  const { engine, now, effects } = turn;
  const refuse = (reason: Reason): void => void effects.push({ type: 'send', to: from, message: { type: 'decline', job: message.job, reasons: [reason] } });
  if (message.posted === undefined || message.delegated === undefined) return refuse({ code: 'job-unknown', text: 'it knows no such job' });
  const posted = openEntry(message.posted, engine.crypto);
  const [fact] = posted.value.facts;
  if (fact?.kind !== 'posted' || posted.id !== message.job || fact.mesh !== engine.config.mesh) return refuse({ code: 'offer-malformed', text: 'its entry posts no job of this mesh' });
  const ledger = new JobLedger(posted.id, engine.crypto);
  const delegated = openDelegation(engine, posted.id, posted.author, message.delegated);
  ledger.add(posted);
  if (delegated === undefined || !ledger.add(delegated) || !ledger.seesAll(from) || !isEntrusted(engine, ledger)) {
    return refuse({ code: 'not-delegated', text: 'its requester has not entrusted the job to this peer' });
  }
  const reason = refusal(turn, { requester: posted.author, membership: fact.membership }, ledger);
  if (reason !== undefined) return refuse(reason);
  const job = createStewardedJob(ledger, now, now + message.forMs);
  if (job === undefined) return;
  engine.stewarded.set(job.job, job);
  for (const known of engine.worked.get(job.job)?.ledger.entries.values() ?? []) ledger.add(known); // one scope of the journal for both roles
  effects.push({ type: 'append', records: [posted, delegated].map(({ id, bytes }) => ({ scope: job.job, kind: 'entry', key: id, bytes })) });
  // Open again, should we have had a part in it before.
  effects.push({ type: 'summarize', scope: job.job, closed: false, summary: emptySummary });
  holdProgram(turn, job);
  hearActing(turn, job, from, message);
}

const emptySummary = new Uint8Array([0xa0]);

/** The owner's will, and what there is room for. */
function refusal({ engine, now }: Turn, poster: Poster, ledger: JobLedger): Reason | undefined {
  const { config, stewarded } = engine;
  const { current } = ledger.delegations;
  const self = (named: readonly PeerId[] | undefined, role: string): boolean => named !== undefined && named.length > 0 && config.roles?.includes(role) === true;
  const denied = requesterDenied(engine, poster.requester);
  if (denied !== undefined) return denied;
  const noMember = requesterRefusal(engine, poster, now);
  if (noMember !== undefined) return noMember;
  if (!self(current?.stewards, 'steward') && !self(current?.keepers, 'keeper')) return { code: 'role-refused', text: 'its owner does not lend it as a steward or keeper' };
  if (stewarded.size >= config.timings.maxStewarded) return { code: 'busy', text: `it stewards ${stewarded.size} jobs already` };
  return undefined;
}

/** Whoever acts for a job that is entrusted to us says so again: it is compared where we stand. */
export function hearActing(turn: Turn, job: StewardedJob, from: PeerId, message: MessageBody<'acting'>): void {
  const { engine, now } = turn;
  if (message.delegated !== undefined) learnDelegation(turn, job, message.delegated);
  if (!isEntrusted(engine, job.ledger)) return discharge(turn, job, 'replaced');
  if (!goesBefore(job.ledger, from, engine.self) && !job.ledger.seesAll(from)) return;
  if (from === job.requester) job.requesterAt = now;
  Object.assign(job, { askAt: now + engine.config.timings.trusteeAskMinMs, asked: 0 });
  if (goesBefore(job.ledger, from, engine.self)) job.actsUntil = now + message.forMs;
  beginReconcileWith(turn, job.ledger, from); // says that we are here, and asks for what we lack
  watchOver(turn, job);
}

/** An entry of a job that is entrusted to us, from whoever has it. */
export function receiveEntrusted(turn: Turn, job: StewardedJob, from: PeerId, entry: Entry): void {
  const { engine, effects } = turn;
  const { ledger } = job;
  if (ledger.entries.has(entry.id) || !isWorthTaking(turn, job, from, entry) || !ledger.add(entry)) return;
  effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  if (entry.author === job.requester) job.requesterAt = turn.now;
  if (!isEntrusted(engine, ledger)) return discharge(turn, job, 'delivered');
  const { facts } = entry.value;
  if (facts.some(({ kind }) => kind === 'delegated')) keepAccepted(turn, job);
  else keepAccepted(turn, job, facts.flatMap((fact) => (fact.kind === 'accepted' || fact.kind === 'revealed' ? [fact.unit] : [])));
  effects.push({ type: 'changed', job: job.job });
}

/** From its requester anything within bounds; from others what the requester would take from them. */
function isWorthTaking(turn: Turn, job: StewardedJob, from: PeerId, entry: Entry): boolean {
  const { engine } = turn;
  makeRoom(turn, entry.bytes.length);
  if (!engine.stewarded.has(job.job)) return false;
  if (from === job.requester || entry.author === job.requester) return true;
  if (job.ledger.isAuthority(entry.author)) return isWithinShare(engine, job.ledger, entry);
  return isWorthKeeping({ ledger: job.ledger, spec: job.spec, units: unitCount(job.spec) }, entry);
}

/** The job that takes most gives way, whoever asks for more: one that is large must not push out those that are small. */
function makeRoom(turn: Turn, wantedBytes: number): void {
  const { engine, effects } = turn;
  const bytesOf = (): number => engine.stewarded.values().reduce((sum, { ledger }) => sum + ledger.bytes, wantedBytes);
  for (let bytes = bytesOf(); bytes > engine.config.timings.maxStewardedBytes && engine.stewarded.size > 0; bytes = bytesOf()) {
    const largest = engine.stewarded.values().reduce((most, other) => (other.ledger.bytes > most.ledger.bytes ? other : most));
    const reason = { code: 'ledger-oversize', text: `the jobs entrusted to it take ${bytes} bytes already, and this one most of all` };
    effects.push({ type: 'send', to: largest.requester, message: { type: 'decline', job: largest.job, reasons: [reason] } });
    discharge(turn, largest, reason.code);
  }
}
