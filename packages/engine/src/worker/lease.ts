import { encodeValue, unitCount, type Entry, type Reason } from '@shoal/protocol';
import { closeWorkedScope } from '../ledger/scope.ts';
import { creditScope } from '../credit/credit.ts';
import type { Turn } from '../engine.ts';
import { JobLedger } from '../ledger/ledger.ts';
import { mayWait } from '../patience.ts';
import { busyRefusal } from '../policy/admit.ts';
import { ownersRefusal } from '../policy/owner.ts';
import { createWorkedJob, type WorkedJob } from './job.ts';
import { revealFact } from './shown.ts';

/** Facts about a job that we bid for or work on, from its requester or a steward of it. */
export function receiveRequesterEntry(turn: Turn, entry: Entry): void {
  const { engine } = turn;
  const worked = engine.worked.get(entry.job);
  if (worked !== undefined) takeNews(turn, worked, entry);
  else takeLease(turn, entry);
}

function takeLease(turn: Turn, entry: Entry): void {
  const { engine, effects } = turn;
  const leased = entry.value.facts.find((fact) => fact.kind === 'leased' && fact.worker === engine.self);
  if (leased?.kind !== 'leased') return;
  const bidding = engine.bidding.get(entry.job);
  const refuse = (code: string, text: string): void => {
    effects.push({ type: 'send', to: entry.author, message: { type: 'unknownLease', job: entry.job, lease: leased.lease, reason: { code, text } } });
  };
  if (bidding === undefined || (bidding.requester !== entry.author && bidding.to !== entry.author)) return refuse('bid-expired', 'its bid for this job has expired');
  engine.bidding.delete(entry.job);
  // Bids are not counted while they stand: more may be awarded than there is room for.
  const busy = busyRefusal(engine);
  if (busy !== undefined) return refuse(busy.code, busy.text);
  const ledger = new JobLedger(entry.job, engine.crypto);
  const entries = [bidding.posted, ...(bidding.delegated === undefined ? [] : [bidding.delegated]), bidding.bid, entry];
  for (const known of entries) ledger.add(known);
  const job = createWorkedJob(ledger, { lease: leased.lease, until: termEnd(turn, entry, leased.until), by: entry.author });
  if (job === undefined) return;
  const refusal = ownersRefusal(engine, job, turn.now); // its hours may have ended since it bid
  if (refusal !== undefined) return refuse(refusal.code, refusal.text);
  engine.worked.set(job.job, job);
  for (const known of entries) engine.stewarded.get(job.job)?.ledger.add(known); // one scope of the journal for both roles
  effects.push({ type: 'append', records: entries.map(({ id, bytes }) => ({ scope: job.job, kind: 'entry', key: id, bytes })) });
  // Open again, should we have worked on it before.
  if (!engine.requested.has(job.job)) effects.push({ type: 'summarize', scope: job.job, closed: false, summary: encodeValue({ role: 'worker' }) });
  engine.timers.set(job.timerKey, turn.now + engine.config.timings.beatMs);
}

/** Clocks differ: a term counts from when we heard of it. Nobody binds us for longer than our own term. */
function termEnd({ now, engine }: Turn, entry: Entry, until: number): number {
  return now + Math.min(Math.max(0, until - entry.value.at), engine.config.timings.leaseTermMs);
}

function takeNews(turn: Turn, job: WorkedJob, entry: Entry): void {
  const { engine, effects } = turn;
  if (!job.ledger.isAuthority(entry.author) || job.ledger.entries.has(entry.id)) return;
  const { maxWorkedLedgerBytes, maxWorkedLedgerBytesPerUnit } = engine.config.timings;
  if (job.ledger.bytes + entry.bytes.length > maxWorkedLedgerBytes + maxWorkedLedgerBytesPerUnit * unitCount(job.spec)) {
    const text = `its requester and stewards stated more than ${job.ledger.bytes} bytes of facts about this job`;
    effects.push({ type: 'offence', peer: entry.author, code: 'ledger-oversize', text });
    leave(turn, job, { code: 'ledger-oversize', text });
    return;
  }
  job.ledger.add(entry);
  // Nothing that we say depends on it: it goes into the journal with our next result.
  mayWait(turn, entry.value.facts.every(({ kind }) => kind === 'accepted'));
  effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  for (const fact of entry.value.facts) {
    if (fact.kind === 'leased' && fact.lease === job.lease) job.until = Math.max(job.until, termEnd(turn, entry, fact.until));
    if (fact.kind === 'accepted' || fact.kind === 'abandoned') {
      if (fact.kind === 'accepted') showLate(turn, job, fact.unit);
      letGo(turn, job, fact.unit);
      if (job.report === 'no') job.report = 'if-wanting';
    }
    if (fact.kind === 'receipt' && fact.worker === engine.self) {
      effects.push({ type: 'append', records: [{ scope: creditScope, kind: 'note', key: job.job, bytes: new Uint8Array() }] });
      effects.push({ type: 'summarize', scope: creditScope, closed: true, summary: encodeValue({ role: 'credit' }) });
      engine.outbox.state(job.job, { kind: 'countersigned', receipt: entry.id, note: '' }, [entry.author]);
    }
    if (fact.kind === 'cancelled' && entry.author === job.requester) leave(turn, job, fact.reason);
    if (fact.kind === 'released' && fact.lease === job.lease && fact.worker === engine.self) leave(turn, job, fact.reason);
  }
}

/** We had bound ourselves to a result, and others were faster: nobody waits for ours, and it is compared and credited all the same. */
function showLate(turn: Turn, job: WorkedJob, unit: number): void {
  const { engine } = turn;
  if (!job.done.has(unit) || job.ledger.unit(unit).revealed.has(engine.self)) return;
  const fact = revealFact(turn, job, unit);
  if (fact !== undefined) engine.outbox.state(job.job, fact, [job.reportsTo]);
}

/** Nobody needs anything more for this unit. */
export function letGo({ effects }: Turn, job: WorkedJob, unit: number): void {
  job.done.delete(unit);
  job.resumes.delete(unit);
  job.queue = job.queue.filter((queued) => queued !== unit);
  if (job.running.delete(unit)) effects.push({ type: 'abort', job: job.job, unit });
}

/** Ends the work on a job: nothing runs on, nothing is kept, the journal's scope is closed. */
export function leave(turn: Turn, job: WorkedJob, reason: Reason): void {
  const { engine, effects } = turn;
  for (const unit of job.running.keys()) effects.push({ type: 'abort', job: job.job, unit });
  job.running.clear();
  job.queue = [];
  engine.timers.clear(job.timerKey);
  engine.worked.delete(job.job);
  effects.push({ type: 'unpin', job: job.job, as: 'worker' });
  closeWorkedScope(turn, job, reason.code);
  effects.push({ type: 'changed', job: job.job });
}
