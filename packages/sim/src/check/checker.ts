import type { Cid, PeerId } from '@shoal/runtime';
import type { Effect, JobLedger } from '@shoal/engine';
import { decodeMessage } from '@shoal/protocol';
import type { Scenario } from '../scenario/scenario.ts';
import { randomStream } from '../world/random.ts';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob, Watch, World } from '../world/world.ts';
import { checkBounds } from './bounds.ts';
import { foldsAlike, replaysAlike } from './fold.ts';
import { checkReleased, Leases } from './leases.ts';
import { checkLedger } from './ledger.ts';
import { Offences } from './offences.ts';
import { checkRefusals, checkSaidReasons } from './reasons.ts';
import { nameOf, type Report } from './report.ts';
import { checkAsked } from './reveals.ts';
import { leftovers } from './rest.ts';
import { checkRun } from './runs.ts';
import { checkSaid } from './said.ts';
import { checkSealed, checkWords } from './sealed.ts';
import { Shown } from './shown.ts';
import { checkHonest, checkLosers, checkReceipts } from './standing.ts';
import type { Violation } from './violation.ts';
import { Acting, checkBelief, checkEntrusted } from './stewards.ts';
import { Waits } from './waits.ts';

const maxViolations = 20;
/** Every so many looks, one peer's state is compared with its journal. */
const replayEvery = 8;
/** Every so many messages, one is compared with its sender's journal. */
const saidEvery = 3;

/** The invariants of the design, looked at while the world runs and when it has come to rest. */
export class Checker implements Watch {
  readonly violations: Violation[] = [];
  /** What was ever seen as accepted: it may never change or go. */
  readonly accepted = new Map<string, Cid>();
  private readonly looked = new Map<string, { ledger: JobLedger; entries: number; units: Map<number, number> }>();
  private readonly waits = new Waits();
  private readonly acting = new Acting();
  private readonly leases = new Leases();
  private readonly offences = new Offences();
  private readonly shown = new Shown();
  private readonly random;
  private readonly hasSeals: boolean;
  private looks = 0;
  private heard = 0;
  private now = 0;

  constructor(scenario: Scenario) {
    this.random = randomStream(scenario.seed, 'checker');
    this.hasSeals = scenario.jobs.some(({ sealed }) => sealed === true);
  }

  readonly report: Report = (rule, text) => {
    if (this.violations.length < maxViolations) this.violations.push({ atMs: Math.floor(this.now), rule, text });
  };

  /** A unit begins at a peer. */
  ran(world: World, peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>): void {
    this.now = world.elapsedMs;
    checkRun(world, peer, effect, this.report);
  }

  /** A peer sends a message. */
  said(world: World, peer: SimPeer, to: PeerId, message: Uint8Array): void {
    this.now = world.elapsedMs;
    this.heard += 1;
    const said = decodeMessage(message, peer.options.crypto.opened);
    if (this.heard % saidEvery === 0) checkSaid(peer, said, this.report);
    checkSaidReasons(peer, said, this.report);
    checkAsked(world, peer, said, this.report);
    this.shown.look(peer, said, this.report);
    if (this.hasSeals) checkWords(world, peer, { to, message: said, bytes: message }, this.report);
  }

  offended(world: World, at: SimPeer, offender: PeerId, code: string, text: string): void {
    this.now = world.elapsedMs;
    this.offences.charge(world, at, offender, code, text, this.report);
  }

  hearsBad(world: World, peer: SimPeer, how: 'message' | 'gossip'): () => void {
    this.now = world.elapsedMs;
    return this.offences.bad(peer, how, this.report);
  }

  /** A peer could not do what its engine wanted. */
  failed(world: World, peer: SimPeer, text: string): void {
    this.now = world.elapsedMs;
    this.report('can-be-said', `peer ${peer.index}: ${text}`);
  }

  /** Holds at every moment. */
  always(world: World): void {
    this.now = world.elapsedMs;
    this.looks += 1;
    for (const job of world.jobs.values()) {
      const open = job.requester.up ? job.requester.engine.requested.get(job.id) : undefined;
      if (job.spec.stewards !== undefined) this.acting.look(world, job, this.report, (steward) => this.lookInto(world, job, steward));
      if (open === undefined) continue;
      this.lookInto(world, job, job.requester);
      if (open.outcome === 'open' && open.ledger.cancelled.size > 0) this.report('cancel-holds', `${nameOf(job)} was cancelled and is open again`);
      this.leases.look(world, job, job.requester, open, this.report);
      this.waits.look(world, job, open, this.report);
      checkRefusals(job, this.report);
    }
    for (const peer of world.takeActed()) {
      if (!peer.up) continue;
      checkBounds(world, peer, this.report);
      checkReleased(peer, this.report);
      if (peer.index < world.scenario.requesters) checkHonest(world, peer, this.report);
    }
    if (this.looks % replayEvery === 0) this.compareWithJournal(world);
  }

  /** What grew since the last look; a ledger that was made anew after a crash, all of it. */
  private lookInto(world: World, job: PostedJob, owner: SimPeer): void {
    const ledger = owner.engine.requested.get(job.id)?.ledger;
    if (ledger === undefined) return;
    checkBelief(world, job, owner, this.report);
    const key = `${job.number}/${owner.index}`;
    let looked = this.looked.get(key);
    if (looked?.ledger !== ledger) this.looked.set(key, (looked = { ledger, entries: 0, units: new Map() }));
    if (looked.entries === ledger.entries.size) return;
    looked.entries = ledger.entries.size;
    checkLedger(world, job, ledger, this.accepted, this.report, { units: looked.units, owner: owner.id });
  }

  /** Holds once the faults are over and everything had time to come to rest. */
  atRest(world: World): void {
    this.now = world.elapsedMs;
    for (const job of world.jobs.values()) {
      checkEntrusted(world, job, this.report);
      if (job.requester.gone) continue;
      const ledger = foldsAlike(job, this.random, this.report);
      checkLedger(world, job, ledger, this.accepted, this.report);
      checkSealed(world, job, ledger, this.report);
      checkLosers(world, job, ledger, this.report);
      checkReceipts(world, job, ledger, this.report);
      for (let unit = 0; unit < job.trueResults.length; unit += 1) {
        const facts = ledger.units.get(unit);
        const isSettled = (facts?.accepted.size ?? 0) > 0 || (facts?.abandoned.size ?? 0) > 0 || ledger.cancelled.size > 0;
        if (!isSettled) this.report('no-job-stuck', `unit ${unit} of ${nameOf(job)} is not settled`);
        // Who cancels a job wants nothing more of it, also of what stewards accepted meanwhile.
        if (this.accepted.has(`${job.id}/${unit}`) && (facts?.accepted.size ?? 0) === 0 && ledger.cancelled.size === 0) {
          this.report('accepted-is-kept', `unit ${unit} of ${nameOf(job)} was accepted and is not any more`);
        }
      }
    }
    this.offences.atRest(this.report);
    for (const left of leftovers(world)) this.report('nothing-left', left);
  }

  private compareWithJournal(world: World): void {
    const peer = world.peers[this.random.integer(world.peers.length)];
    if (peer?.up === true && !peer.frozen && !peer.driver.isBehind) replaysAlike(peer, this.report);
  }
}
