import type { Cid, PeerId } from '@shoal/runtime';
import { decodeResult } from '@shoal/protocol';
import { replay, votesOf, type JobLedger } from '@shoal/engine';
import type { SimPeer } from '../world/peer.ts';

export interface Violation {
  atMs: number;
  rule: string;
  text: string;
}

/** What the checkers are told of the world. */
export interface Observed {
  now: number;
  peers: readonly SimPeer[];
  /** Jobs by id, with who posted them and what each unit's true result is. */
  jobs: ReadonlyMap<Cid, { requester: SimPeer; trueResults: readonly Cid[] }>;
  /** Whether wrong results could reach a quorum here: liars that collude. */
  collusion: boolean;
}

const maxViolations = 20;

/** The invariants of the design, looked at while the world runs and when it has come to rest. */
export class Checker {
  readonly violations: Violation[] = [];
  /** What was ever seen as accepted: it may never change or go. */
  private readonly accepted = new Map<string, Cid>();

  report(now: number, rule: string, text: string): void {
    if (this.violations.length < maxViolations) this.violations.push({ atMs: now, rule, text });
  }

  /** Holds at every moment. */
  always(world: Observed): void {
    for (const [job, { requester, trueResults }] of world.jobs) {
      const open = requester.engine.requested.get(job);
      if (requester.up && open !== undefined) this.ledger(world, job, open.ledger, trueResults);
    }
    for (const peer of world.peers) if (peer.up) this.bounds(world.now, peer);
  }

  /** Holds once the faults are over and everything had time to come to rest. */
  atRest(world: Observed): void {
    for (const [job, { requester, trueResults }] of world.jobs) {
      if (requester.gone) continue;
      const ledger = replay(job, requester.journal.replay(job), requester.options.crypto);
      this.ledger(world, job, ledger, trueResults);
      for (let unit = 0; unit < trueResults.length; unit += 1) {
        const facts = ledger.units.get(unit);
        if (facts === undefined || (facts.accepted.size === 0 && facts.abandoned.size === 0)) {
          this.report(world.now, 'no-job-stuck', `unit ${unit} of ${short(job)} is not settled`);
        }
      }
      for (const key of this.accepted.keys()) {
        const [of, unit] = key.split('/');
        if (of === job && (ledger.units.get(Number(unit))?.accepted.size ?? 0) === 0) {
          this.report(world.now, 'accepted-is-kept', `unit ${unit} of ${short(job)} was accepted and is not any more`);
        }
      }
    }
    for (const peer of world.peers) if (peer.up) this.nothingLeft(world.now, peer);
  }

  private ledger(world: Observed, job: Cid, ledger: JobLedger, trueResults: readonly Cid[]): void {
    const quorum = ledger.posted?.spec.verify.quorum ?? 0;
    for (const [unit, facts] of ledger.units) {
      if (facts.accepted.size > 1) this.report(world.now, 'accepted-once', `unit ${unit} of ${short(job)} has ${facts.accepted.size} accepted results`);
      for (const [result, workers] of facts.accepted) {
        const key = `${job}/${unit}`;
        const before = this.accepted.get(key);
        if (before !== undefined && before !== result) this.report(world.now, 'accepted-is-kept', `the accepted result of unit ${unit} changed`);
        this.accepted.set(key, result);
        const votes = votesOf(facts, quorum > 1);
        const behind = [...workers].filter((worker) => votes.get(worker) === result);
        if (behind.length < quorum) {
          this.report(world.now, 'quorum', `unit ${unit} of ${short(job)} was accepted with ${behind.length} of ${quorum} votes`);
        }
        if (!world.collusion && quorum > 1 && result !== trueResults[unit]) {
          this.report(world.now, 'right-result', `unit ${unit} of ${short(job)} was accepted with a wrong result`);
        }
      }
      for (const shown of facts.revealed.values()) for (const { document } of shown.values()) decodeResult(document);
    }
  }

  private bounds(now: number, { engine, id }: SimPeer): void {
    const { timings } = engine.config;
    const table = (name: string, size: number, most: number): void => {
      if (size > most) this.report(now, 'bounds', `${name} of ${short(id)} has ${size} entries, at most ${most} are allowed`);
    };
    table('roster', engine.roster.size, timings.maxRoster);
    table('worked', engine.worked.size, timings.maxWorkedJobs);
    table('bidding', engine.bidding.size, timings.maxBids);
    for (const job of engine.requested.values()) table('leases', [...job.leases.values()].filter((lease) => !lease.lost).length, timings.maxLeases);
    for (const job of engine.worked.values()) table('window', job.queue.length + job.running.size, 256);
  }

  private nothingLeft(now: number, { engine, id }: SimPeer): void {
    const left = (what: string): void => this.report(now, 'nothing-left', `${what} at ${short(id)}`);
    for (const [job, worked] of engine.worked) left(`a lease on ${short(job)} (${worked.running.size} running, ${worked.queue.length} queued)`);
    for (const [job, requested] of engine.requested) if (requested.outcome === 'open') left(`the open job ${short(job)}`);
  }
}

function short(id: Cid | PeerId): string {
  return id.slice(-6);
}
