import type { Cid, PeerId } from '@shoal/runtime';
import { limits } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import type { EngineEvent, RunOutcome } from '../events.ts';
import { mayWait, workerMayWait } from '../patience.ts';
import { durationOf, hasRoomFor, runningUnits } from './capacity.ts';
import { isClosedFor } from './hours.ts';
import type { WorkedJob } from './job.ts';
import { resultNoteKey } from './result-note.ts';
import { commitFact, revealFact } from './shown.ts';

/** Begins as many assigned units as there is room for. */
export function startRuns(turn: Turn): void {
  const { engine, now, effects } = turn;
  for (let beside = runningUnits(engine) + 1; ; beside += 1) {
    const job = nextToServe(turn);
    if (job === undefined || !hasRoomFor(engine, job)) return;
    const unit = job.queue.shift() as number; // whoever is next has one
    job.servedAt = now;
    // What is begun is not for others any more: they hear so, where a unit is worth a message.
    if (job.meanMs === undefined || job.meanMs >= engine.config.timings.windowMs) job.report = 'now';
    job.running.set(unit, { startedAt: now, progressAt: 0, partialAt: 0, beside });
    effects.push({ type: 'execute', job: job.job, unit, requester: job.requester, helpers: helpersOf(job), spec: job.spec, resume: job.resumes.get(unit), meanMs: job.meanMs });
  }
}

/** Who has the program besides its requester. */
function helpersOf({ reportsTo, ledger }: WorkedJob): PeerId[] {
  return [...new Set([reportsTo, ...ledger.delegations.trustees()])];
}

/**
 * Whose unit is next: that of the requester that waited longest, since ten thousand units of one must not starve ten of
 * another, whatever priority it gives itself; of its jobs the one of highest priority, then of the earliest deadline, then
 * the one that waited longest.
 */
function nextToServe({ engine }: Pick<Turn, 'engine'>): WorkedJob | undefined {
  const servedAt = new Map<PeerId, number>();
  for (const job of engine.worked.values()) servedAt.set(job.requester, Math.max(servedAt.get(job.requester) ?? 0, job.servedAt));
  const rank = (job: WorkedJob): number[] => [
    servedAt.get(job.requester) ?? 0,
    -job.spec.priority,
    job.spec.deadline ?? Number.POSITIVE_INFINITY,
    job.servedAt,
  ];
  let next: WorkedJob | undefined;
  for (const job of engine.worked.values()) {
    if (job.queue.length === 0 || isClosedFor({ engine }, job)) continue;
    if (next === undefined || isBefore(rank(job), rank(next))) next = job;
  }
  return next;
}

function isBefore(a: number[], b: number[]): boolean {
  const i = a.findIndex((value, index) => value !== b[index]);
  return i >= 0 && (a[i] as number) < (b[i] as number);
}

/** A run ended here: remember the result, bind ourselves to it, say so. */
export function finishRun(turn: Turn, id: Cid, unit: number, outcome: RunOutcome): void {
  const { engine, now, effects } = turn;
  const job = engine.worked.get(id);
  const run = job?.running.get(unit);
  if (job === undefined || run === undefined) return; // dropped meanwhile
  job.running.delete(unit);
  job.resumes.delete(unit);
  if (job.report === 'no') job.report = 'if-wanting';
  const tookMs = durationOf(engine, run, now);
  job.meanMs = job.meanMs === undefined ? tookMs : 0.7 * job.meanMs + 0.3 * tookMs;
  if (outcome.log.length > 0 && mayKnow(job)) {
    const bytes = outcome.log.subarray(0, limits.maxLogBytes);
    effects.push({ type: 'send', to: job.reportsTo, message: { type: 'log', job: id, unit, bytes } });
  }
  if (outcome.ok) {
    mayWait(turn, workerMayWait(turn, job));
    job.done.set(unit, { result: outcome.result, document: outcome.document });
    effects.push({ type: 'append', records: [{ scope: id, kind: 'note', key: resultNoteKey(unit, outcome.result), bytes: outcome.document }] });
    const fact = job.spec.verify.quorum > 1 ? commitFact(turn, job, unit, outcome.result) : revealFact(turn, job, unit);
    if (fact !== undefined) engine.outbox.state(id, fact, [job.reportsTo]);
  } else if (outcome.code !== 'cancelled') {
    const reason = { code: outcome.code, text: outcome.message.slice(0, limits.maxTextLength) };
    engine.outbox.state(id, { kind: 'failed', lease: job.lease, unit, reason, deterministic: outcome.deterministic }, [job.reportsTo]);
  }
}

/** What results are sealed from, a program's words and its memory, goes to no steward either. */
function mayKnow({ spec, reportsTo, requester }: WorkedJob): boolean {
  return spec.seal === undefined || reportsTo === requester;
}

/** How far a run is: passed on to the requester, not too often. */
export function reportProgress(turn: Turn, id: Cid, unit: number, fraction: number, text: string): void {
  const { engine, now, effects } = turn;
  const job = engine.worked.get(id);
  const run = job?.running.get(unit);
  if (job === undefined || run === undefined || !mayKnow(job) || now - run.progressAt < engine.config.timings.progressEveryMs) return;
  run.progressAt = now;
  if (Number.isNaN(fraction)) return;
  const bounded = { fraction: Math.min(Math.max(fraction, 0), 1), text: text.slice(0, limits.maxTextLength) };
  effects.push({ type: 'send', to: job.reportsTo, message: { type: 'progress', job: id, unit, ...bounded } });
}

/** What a run has found so far: the same, and no oftener. */
export function reportPartial({ engine, now, effects }: Turn, id: Cid, unit: number, text: string): void {
  const job = engine.worked.get(id);
  const run = job?.running.get(unit);
  if (job === undefined || run === undefined || !mayKnow(job) || now - run.partialAt < engine.config.timings.progressEveryMs) return;
  run.partialAt = now;
  effects.push({ type: 'send', to: job.reportsTo, message: { type: 'partial', job: id, unit, text: text.slice(0, limits.maxPartialLength) } });
}

/** A running unit was saved, or cannot be: whoever acts for the job hears so. */
export function reportCheckpoint({ engine, effects }: Turn, { job: id, unit, fuel, saved }: Extract<EngineEvent, { type: 'checkpointed' }>): void {
  const job = engine.worked.get(id);
  if (job?.running.has(unit) !== true || !mayKnow(job)) return;
  const told = 'reason' in saved ? { reason: saved.reason } : saved;
  effects.push({ type: 'send', to: job.reportsTo, message: { type: 'checkpointed', job: id, unit, fuel, ...told } });
}
