import type { PeerId } from '@shoal/runtime';
import type { JobLedger } from '@shoal/engine';
import { documentOf, isDelegable } from '@shoal/engine';
import type { Entry } from '@shoal/protocol';
import { rootsIn } from '../behaviours/worker.ts';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob, World } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** After the faults, only one of two who can talk acts for a job once so long has passed: whoever acts says so every five seconds. */
const patienceMs = 40_000;
/** Until what a steward stated is at the requester. */
const meetMs = 40_000;

/** Since when more than one acts for a job. */
export class Acting {
  private readonly since = new Map<number, number>();
  private readonly apart = new Map<string, number>();

  /** `each`: told of every steward that acts. */
  look(world: World, job: PostedJob, report: Report, each: (steward: SimPeer) => void): void {
    const acting = world.peers.filter(({ up, frozen, engine }) => up && !frozen && engine.requested.get(job.id)?.outcome === 'open');
    this.compare(world, job, report);
    for (const peer of world.peers) if (peer !== job.requester && peer.up && peer.engine.requested.has(job.id)) each(peer);
    const canTalk = acting.length > 1 && acting.every((one) => acting.every((other) => one === other || world.network.reaches(one.id, other.id)));
    if (!canTalk || world.elapsedMs < world.scenario.faultMs) return void this.since.delete(job.number);
    const since = this.since.get(job.number) ?? world.elapsedMs;
    this.since.set(job.number, since);
    if (world.elapsedMs - since < patienceMs) return;
    this.since.set(job.number, Number.POSITIVE_INFINITY);
    report('one-acts', `${acting.map(({ index }) => `peer ${index}`).join(' and ')} act for ${nameOf(job)} at once`);
  }

  /** What stewards stated reaches the requester that is back, where they can talk. */
  private compare(world: World, job: PostedJob, report: Report): void {
    const open = job.requester.engine.requested.get(job.id);
    if (!job.requester.up || open?.outcome !== 'open' || world.elapsedMs < world.scenario.faultMs) return this.apart.clear();
    for (const { up, frozen, engine, id, index } of world.peers) {
      const ledger = engine.stewarded.get(job.id)?.ledger;
      const key = `${job.number}/${index}`;
      const isLacking = up && !frozen && ledger !== undefined && [...ledger.entries.values()].some((entry) => entry.author === id && !open.ledger.entries.has(entry.id) && isForRequester(entry));
      if (!isLacking || !world.network.reaches(id, job.requester.id)) {
        this.apart.delete(key);
        continue;
      }
      const since = this.apart.get(key) ?? world.elapsedMs;
      this.apart.set(key, since);
      if (world.elapsedMs - since < meetMs) continue;
      this.apart.set(key, Number.POSITIVE_INFINITY);
      report('ledgers-meet', `the requester of ${nameOf(job)} does not hear what peer ${index} stated for it`);
    }
  }
}

/** Stated in the requester's name. What a steward or keeper says as a worker may come too late to be taken. */
function isForRequester({ value }: Entry): boolean {
  return value.facts.some(({ kind }) => isDelegable(kind));
}

/** A steward or keeper that says what is not so: what counts is what others make of it. */
export function isFalse(world: World, peer: PeerId): boolean {
  return world.peerOf(peer)?.options.kind === 'usurping';
}

/** Nobody settles a unit because another steward says that it is accepted: each evaluates what workers showed. */
export function checkBelief(world: World, job: PostedJob, owner: SimPeer, report: Report): void {
  const open = owner.engine.requested.get(job.id);
  if (open === undefined || owner.driver.isBehind || isFalse(world, owner.id)) return;
  for (const [unit, how] of open.settled) {
    if (how !== 'accepted') continue;
    const judges = [...open.ledger.unit(unit).acceptedBy.values()];
    if (judges.some((by) => by.has(owner.id) || by.has(job.requester.id))) continue;
    report('own-judgement', `peer ${owner.index} took unit ${unit} of ${nameOf(job)} for accepted by another's word`);
  }
}

/** Whoever says that it keeps something has it. */
export function checkKept(world: World, job: PostedJob, ledger: JobLedger, report: Report): void {
  if (job.spec.seal !== undefined) return checkKeptSealed(world, job, ledger, report);
  for (const [unit, byKeeper] of ledger.kept) {
    const facts = ledger.units.get(unit);
    for (const [keeper, results] of byKeeper) {
      if (isFalse(world, keeper)) continue;
      const peer = world.peerOf(keeper);
      for (const result of results) {
        const document = facts === undefined ? undefined : documentOf(facts, result);
        const misses = document !== undefined && rootsIn(document).some((root) => peer?.contents.has(root) !== true);
        if (misses) report('kept-is-there', `peer ${peer?.index} says that it keeps unit ${unit} of ${nameOf(job)}, and does not have it`);
      }
    }
  }
}

/** Of sealed outputs each worker's copy is another file. */
function checkKeptSealed(world: World, job: PostedJob, { keptSealed }: JobLedger, report: Report): void {
  for (const [copy, keepers] of keptSealed) {
    for (const keeper of keepers) {
      const peer = world.peerOf(keeper);
      if (!isFalse(world, keeper) && peer?.contents.has(copy) !== true) report('kept-is-there', `peer ${peer?.index} says that it keeps a copy of ${nameOf(job)}, and does not have it`);
    }
  }
}

/** Whoever judges does not vote. */
export function checkJudges(world: World, job: PostedJob, ledger: JobLedger, report: Report): void {
  for (const [unit, { accepted, acceptedBy }] of ledger.units) {
    for (const [result, judges] of acceptedBy) {
      for (const judge of judges) {
        if (!ledger.isAuthority(judge)) report('delegated', `unit ${unit} of ${nameOf(job)} was accepted by somebody to whom it was not delegated`);
        if (judges.size === 1 && !isFalse(world, judge) && accepted.get(result)?.has(judge) === true) report('delegated', `unit ${unit} of ${nameOf(job)} was accepted by a steward on its own result`);
      }
    }
  }
}

/** A job that was in the hands of stewards who stayed, when its requester went for good, ends there, and its outputs are to be had. */
export function checkEntrusted(world: World, job: PostedJob, report: Report): void {
  if (job.entrusted === undefined || job.entrusted.length === 0) return;
  const over = world.peers.filter(({ up, engine }) => up && engine.stewarded.get(job.id)?.isOver === true);
  if (over.length === 0) return report('entrusted-ends', `${nameOf(job)} was entrusted to peer ${job.entrusted[0]?.index} and does not end`);
  const ledger = world.ledgerOf(job);
  if (ledger === undefined) return;
  for (const [unit, facts] of ledger.units) {
    for (const [result, judges] of facts.acceptedBy) {
      if ([...judges].every((judge) => isFalse(world, judge))) continue;
      const document = documentOf(facts, result);
      if (document === undefined) return report('entrusted-ends', `the accepted result of unit ${unit} of ${nameOf(job)} is nowhere`);
    }
  }
}
