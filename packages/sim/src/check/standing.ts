import { votesOf, type JobLedger } from '@shoal/engine';
import type { Cid, PeerId } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob, World } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** What they show is true, whoever else lies. Not of a turncoat: it signs what it passes on as well, and two commitments to one unit are a lie. */
const truthful: ReadonlySet<string> = new Set(['honest', 'slow', 'flaky', 'silent', 'secretive']);

/** Whoever showed something else than a quorum agreed on falls at the requester that saw it; at rest. */
export function checkLosers(world: World, { requester, spec, number }: PostedJob, ledger: JobLedger, report: Report): void {
  if (!requester.up || spec.verify.quorum === 1) return;
  for (const [unit, facts] of ledger.units) {
    const accepted = acceptedBy(requester, facts);
    if (accepted === undefined) continue;
    const votes = votesOf(facts, true);
    const behind = new Set([...votes].filter(([, shown]) => shown === accepted).map(([worker]) => operatorOf(world, worker)));
    if (behind.size < spec.verify.quorum) continue; // on one peer's word: nobody knows yet who is wrong
    for (const [worker, shown] of votes) {
      if (shown === accepted || namesOf(world, worker).some((name) => requester.engine.standings.of(name).invalid > 0)) continue;
      report('losers-fall', `peer ${world.peerOf(worker)?.index} showed another result for unit ${unit} of ${nameOf({ number })} than its quorum, and has not fallen at peer ${requester.index}`);
    }
  }
}

function acceptedBy(requester: SimPeer, { acceptedBy: judges }: Parameters<typeof votesOf>[0] & { acceptedBy: Map<Cid, Set<PeerId>> }): Cid | undefined {
  return [...judges].find(([, by]) => by.has(requester.id))?.[0];
}

function operatorOf(world: World, worker: PeerId): string {
  return world.peerOf(worker)?.options.config.operator?.key.join() ?? worker;
}

/** Its own, and its operator's, under which its record is kept where that is known. */
function namesOf(world: World, worker: PeerId): PeerId[] {
  const operator = world.peerOf(worker)?.options.config.operator;
  return operator === undefined ? [worker] : [worker, peerIdOf(operator.key)];
}

/** Where liars are too few for any quorum, nobody who tells the truth is ever held to have lied. */
export function checkHonest(world: World, peer: SimPeer, report: Report): void {
  const { jobs, kinds, oneOperator } = world.scenario;
  const colluders = oneOperator === true ? Math.min(1, kinds.colluding ?? 0) : (kinds.colluding ?? 0);
  if (jobs.some(({ quorum }) => quorum === 1 || quorum <= colluders)) return;
  for (const { id, index, options } of world.peers) {
    if (truthful.has(options.kind) && peer.engine.standings.of(id).invalid > 0) report('honest-keep-standing', `peer ${index} told the truth, and has fallen at peer ${peer.index}`);
  }
}

/** Whom the requester names in what it accepted has a receipt for as much, once its job has ended. What stewards accepted may come after that. */
export function checkReceipts(world: World, { requester, id, number }: PostedJob, ledger: JobLedger, report: Report): void {
  if (!requester.up || requester.engine.requested.get(id)?.outcome === 'open') return;
  const earned = new Map<PeerId, number>();
  for (const { author, value } of ledger.entries.values()) {
    if (author !== requester.id) continue;
    for (const fact of value.facts) {
      if (fact.kind !== 'accepted') continue;
      const votes = votesOf(ledger.unit(fact.unit), ledger.posted?.spec.verify.quorum !== 1);
      for (const worker of fact.workers) if (votes.get(worker) === fact.result) earned.set(worker, (earned.get(worker) ?? 0) + 1);
    }
  }
  const receipts = [...ledger.receipts.values()];
  for (const [worker, units] of earned) {
    if (!receipts.some((receipt) => receipt.worker === worker && receipt.units >= units)) report('work-is-credited', `peer ${world.peerOf(worker)?.index} did ${units} units of ${nameOf({ number })}, and has no receipt for them`);
  }
}
