import type { Cid } from '@shoal/runtime';
import { replay, traceOf, unitViews, viewOfJob, viewOfLedger, type JobLedger, type JobState, type JobSummary, type JobView, type RequestedJob, type SummaryDocument, type UnitView } from '@shoal/engine';
import { decodeValue, limits, openEntry } from '@shoal/protocol';
import type { JobTrace } from '../api.ts';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';

/** Jobs of this peer, open or finished: the engine knows the first, the journal all. */
export class Ledgers {
  private readonly parts: Parts;
  private readonly finished = new Map<Cid, JobLedger>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** A job of our own that the engine knows. */
  private open(job: Cid): RequestedJob | undefined {
    const known = this.parts.engine.requested.get(job);
    return known?.authority === 'requester' ? known : undefined;
  }

  view(job: Cid): JobView {
    const open = this.open(job);
    const view = open === undefined ? viewOfLedger(this.ledger(job)) : viewOfJob(open);
    if (view === undefined) throw unknownJob(job);
    return view;
  }

  /** Cheaper than a view. */
  state(job: Cid): JobState {
    return this.open(job)?.outcome ?? this.view(job).state;
  }

  /** Units that were settled while this peer ran, from the n-th on, in that order. */
  settledFrom(job: Cid, n: number): number[] {
    return this.open(job)?.settledOrder.slice(n) ?? [];
  }

  units(job: Cid): UnitView[] {
    return unitViews(this.ledger(job), this.open(job));
  }

  /** Where there is too much to tell, the middle is left out. */
  trace(job: Cid): JobTrace {
    const events = [...traceOf(this.ledger(job), this.open(job)), ...this.parts.moves.of(job)].sort((a, b) => a.at - b.at);
    const half = peerDefaults.maxTraceEvents / 2;
    const omitted = Math.max(0, events.length - 2 * half);
    return { events: omitted === 0 ? events : [...events.slice(0, half), ...events.slice(-half)], omitted };
  }

  ledger(job: Cid): JobLedger {
    const open = this.open(job);
    if (open !== undefined) return open.ledger;
    const known = this.finished.get(job);
    if (known !== undefined) return known;
    const ledger = replay(job, this.parts.journal.replay(job), this.parts.crypto, this.parts.engine.opener);
    if (ledger.posted === undefined) throw unknownJob(job);
    if (this.finished.size >= peerDefaults.maxFinishedLedgers) this.finished.delete(this.finished.keys().next().value as Cid);
    this.finished.set(job, ledger);
    return ledger;
  }

  /** Jobs of this peer, the newest first. */
  list(limit: number = peerDefaults.maxJobsListed): JobSummary[] {
    return this.own().take(Math.max(0, Math.min(limit, peerDefaults.maxJobsListed))).toArray();
  }

  /** By id, or by an unambiguous beginning or end of at least four characters. */
  find(text: string): Cid {
    if (this.isOwn(text as Cid)) return text as Cid;
    const matches = text.length < 4 ? [] : this.own().filter(({ id }) => id.startsWith(text) || id.endsWith(text)).toArray();
    const [first] = matches;
    if (first !== undefined && matches.length === 1) return first.id;
    if (first === undefined) throw unknownJob(text);
    throw new PeerError('job-ambiguous', `Cannot tell which job "${text}" is: ${matches.length} ids match`, { hint: 'Give more characters of the id.' });
  }

  /** Page by page: most jobs in a busy worker's journal are of others. */
  private *own(): Generator<JobSummary> {
    const { jobsPage, maxJobsSearched } = peerDefaults;
    let before: number | undefined;
    for (let searched = 0; searched < maxJobsSearched; searched += jobsPage) {
      const page = this.parts.journal.scopes({ limit: jobsPage, ...(before === undefined ? {} : { before }) });
      for (const { scope, summary } of page) {
        const job = this.summaryIn(scope as Cid, summary);
        if (job !== undefined) yield job;
      }
      before = page.at(-1)?.seq;
      if (page.length < jobsPage) return;
    }
  }

  private summaryIn(id: Cid, summary: Uint8Array | undefined): JobSummary | undefined {
    const open = this.open(id);
    const kept = summary === undefined ? undefined : (decodeValue(summary, limits.maxEntryBytes) as SummaryDocument);
    if (kept?.role !== 'requester') return undefined;
    const { role: _, ...rest } = open === undefined ? kept : { ...kept, ...summaryFields(open.settled, open.outcome) };
    return { id, ...rest };
  }

  /** Whether this peer posted it: its posting is the entry of the job's own id. */
  private isOwn(job: Cid): boolean {
    const { journal, crypto, network } = this.parts;
    if (this.open(job) !== undefined) return true;
    for (const { kind, key, bytes } of journal.replay(job)) {
      if (kind === 'entry' && key === job) return openEntry(bytes, crypto).author === network.peerId;
    }
    return false;
  }
}

function summaryFields(settled: ReadonlyMap<number, string>, state: JobSummary['state']): Pick<JobSummary, 'accepted' | 'abandoned' | 'state'> {
  let accepted = 0;
  for (const settlement of settled.values()) if (settlement === 'accepted') accepted += 1;
  return { state, accepted, abandoned: settled.size - accepted };
}

function unknownJob(text: string): PeerError {
  return new PeerError('job-unknown', `Cannot find a job "${text.slice(0, 80)}": this peer posted none of that id`, { hint: '`shoal job ls` lists them.' });
}
