import type { PeerId } from '@shoal/runtime';
import { unitCount, type JobSpec } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';
import { acceptedResult, committersOf, settlementOf, type UnitFacts } from '../ledger/unit-facts.ts';
import { leaseOf, type Candidate, type RequestedJob } from '../requester/job.ts';
import type { JobView, UnitView, WorkerView } from './types.ts';
import { stewardshipOf } from './stewardship.ts';
import { waitingOf } from './waiting.ts';

/** What a ledger alone tells of a job: enough once it is finished. */
export function viewOfLedger(ledger: JobLedger): JobView | undefined {
  const { posted } = ledger;
  if (posted === undefined) return undefined;
  const { spec } = posted;
  const tallies = { accepted: 0, abandoned: 0, executions: 0, failures: 0, bytesProcessed: 0 };
  const workers = new Map<PeerId, WorkerView>();
  for (const bid of ledger.bids.keys()) workers.set(bid, emptyWorker(bid, 'bid'));
  for (const lease of ledger.openLeases()) workers.set(lease.worker, emptyWorker(lease.worker, 'leased'));
  for (const [unit, facts] of ledger.units) addUnit(tallies, workers, posted, unit, facts);
  const units = unitCount(spec);
  const settled = tallies.accepted + tallies.abandoned === units;
  const [reason] = ledger.cancelled.values();
  const state = reason !== undefined ? (reason.code === 'cancelled' ? 'cancelled' : 'failed') : !settled ? 'open' : tallies.abandoned > 0 ? 'failed' : 'done';
  const finishedAt = state === 'open' ? undefined : lastEntryAt(ledger, posted.requester);
  const stewardship = stewardshipOf(ledger);
  return {
    id: ledger.job,
    name: spec.name,
    state,
    units,
    ...tallies,
    createdAt: posted.at,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(reason === undefined ? {} : { reason }),
    quorum: spec.verify.quorum,
    ...(spec.verify.class === undefined ? {} : { determinismClass: spec.verify.class }),
    requester: posted.requester,
    running: 0,
    bids: ledger.bids.size,
    workers: [...workers.values()],
    ...(spec.seal === undefined ? {} : { sealed: true as const }),
    ...(stewardship === undefined ? {} : { stewardship }),
    waiting: [],
  };
}

function addUnit(
  tallies: { accepted: number; abandoned: number; executions: number; failures: number; bytesProcessed: number },
  workers: Map<PeerId, WorkerView>,
  { spec, requester }: { spec: JobSpec; requester: PeerId },
  unit: number,
  facts: UnitFacts,
): void {
  const settlement = settlementOf(facts, requester);
  if (settlement !== undefined) tallies[settlement] += 1;
  const ran = runnersOf(facts);
  tallies.executions += ran.length;
  tallies.bytesProcessed += spec.units.kind === 'shards' ? ran.length * (spec.units.shards[unit]?.bytes ?? 0) : 0;
  const worker = (peer: PeerId): WorkerView => {
    let view = workers.get(peer);
    if (view === undefined) workers.set(peer, (view = emptyWorker(peer, 'released')));
    return view;
  };
  for (const peer of ran) worker(peer).committed += 1;
  for (const [peer, failures] of facts.failures) {
    worker(peer).failed += failures.size;
    tallies.failures += failures.size;
  }
  for (const by of facts.accepted.values()) for (const peer of by) worker(peer).accepted += 1;
}

/** Workers that ended a run of a unit with a result. */
function runnersOf(facts: UnitFacts): PeerId[] {
  return [...new Set([...facts.commitments.keys(), ...facts.revealed.keys()])];
}

function emptyWorker(peer: PeerId, state: WorkerView['state']): WorkerView {
  return { peer, state, running: [], committed: 0, accepted: 0, failed: 0, reasons: [] };
}

function lastEntryAt(ledger: JobLedger, author: PeerId): number {
  let last = 0;
  for (const entry of ledger.entries.values()) if (entry.author === author) last = Math.max(last, entry.value.at);
  return last;
}

/** A job of ours, with what is only known while it is open. */
export function viewOfJob(job: RequestedJob): JobView | undefined {
  const view = viewOfLedger(job.ledger);
  if (view === undefined) return undefined;
  view.state = job.outcome;
  if (job.outcome === 'open') delete view.finishedAt;
  if (job.reason !== undefined) view.reason = job.reason;
  view.running = job.active.size;
  if (job.outcome === 'open' && job.progress.size > 0) view.fraction = fractionOf(job, view);
  view.bids = new Set([...job.ledger.bids.keys(), ...[...job.candidates.values()].filter(({ bid }) => bid !== undefined).map(({ peer }) => peer)]).size;
  for (const candidate of job.candidates.values()) {
    const worker = view.workers.find((known) => known.peer === candidate.peer) ?? emptyWorker(candidate.peer, 'asked');
    if (!view.workers.includes(worker)) view.workers.push(worker);
    worker.state = workerState(job, candidate);
    worker.reasons = candidate.reasons;
    worker.running = [...(leaseOf(job, candidate.peer)?.assigned.keys() ?? [])];
  }
  if (job.unmovable !== undefined) view.unmovable = job.unmovable;
  view.waiting = job.outcome === 'open' ? waitingOf(job) : [];
  const stewardship = stewardshipOf(job.ledger, job);
  if (stewardship !== undefined) view.stewardship = stewardship;
  return view;
}

/** Fractions of a second run of a unit that was accepted meanwhile do not count twice. */
function fractionOf(job: RequestedJob, { accepted, units }: JobView): number {
  let sum = accepted;
  for (const [unit, { fraction }] of job.progress) if (job.active.has(unit) && !job.settled.has(unit)) sum += fraction;
  return Math.min(1, sum / units);
}

function workerState(job: RequestedJob, candidate: Candidate): WorkerView['state'] {
  if (job.outcome !== 'open' && candidate.state === 'leased') return 'released';
  if (candidate.state === 'leased') return leaseOf(job, candidate.peer)?.lost === true ? 'lost' : 'leased';
  return candidate.state === 'silent' ? 'declined' : candidate.state;
}

/** The units of a ledger; `job` adds who runs what now. */
export function unitViews(ledger: JobLedger, job?: RequestedJob): UnitView[] {
  const { posted } = ledger;
  if (posted === undefined) return [];
  const { spec: { units }, requester } = posted;
  return Array.from({ length: unitCount(posted.spec) }, (_, unit) => {
    const facts = ledger.units.get(unit);
    const running = [...(job?.active.get(unit) ?? [])].map((lease) => lease.worker);
    const shard = units.kind === 'shards' ? units.shards[unit]?.name : undefined;
    const accepted = facts === undefined ? undefined : acceptedResult(facts, requester);
    const reason = [...(facts?.abandoned.values() ?? [])][0]?.reason;
    const progress = running.length > 0 ? job?.progress.get(unit) : undefined;
    const partial = running.length > 0 ? job?.partials.get(unit) : undefined;
    return {
      unit,
      ...(shard === undefined ? {} : { shard }),
      state: unitState(facts, requester, running.length > 0),
      running,
      committed: facts === undefined ? [] : committersOf(facts),
      workers: [...(accepted?.workers ?? [])],
      failures: facts === undefined ? [] : failuresOf(facts),
      ...(accepted === undefined ? {} : { result: accepted.result }),
      ...(progress === undefined ? {} : { progress: { ...progress } }),
      ...(partial === undefined ? {} : { partial: { ...partial } }),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

function failuresOf(facts: UnitFacts): UnitView['failures'] {
  return [...facts.failures].flatMap(([peer, failures]) => [...failures.values()].map(({ reason }) => ({ peer, reason })));
}

function unitState(facts: UnitFacts | undefined, requester: PeerId, running: boolean): UnitView['state'] {
  if (facts !== undefined) {
    const settlement = settlementOf(facts, requester);
    if (settlement === 'abandoned' || (settlement === 'accepted' && facts.accepted.size === 1)) return settlement;
    const shown = new Set([...facts.revealed.values()].flatMap((by) => [...by.values()].map((revealed) => revealed.result)));
    if (facts.accepted.size > 1 || shown.size > 1) return 'disputed';
  }
  if (running) return 'running';
  return facts !== undefined && facts.commitments.size > 0 ? 'committed' : 'waiting';
}
