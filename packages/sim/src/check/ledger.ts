import type { Cid, PeerId } from '@shoal/runtime';
import { acceptedResult, bitAt, matchSelector, parseSelector, votesOf, type JobLedger, type UnitFacts } from '@shoal/engine';
import { decodeResult, decodeSealedResult } from '@shoal/protocol';
import { commitmentsOpened } from './commitments.ts';
import { nameOf, type Report } from './report.ts';
import { checkJudges, checkKept, isFalse } from './stewards.ts';
import type { PostedJob, World } from '../world/world.ts';

/** A look at a ledger in between: whose it is, and how much of each unit was known at the last look. What has not grown is passed over. */
export interface Look {
  owner: PeerId;
  units: Map<number, number>;
}

/** What must hold of a job's ledger at whoever acts for it, at every moment; without `look` at rest, when all of it is there. */
export function checkLedger(world: World, job: PostedJob, ledger: JobLedger, accepted: Map<string, Cid>, report: Report, look?: Look): void {
  const { quorum, adaptive } = job.spec.verify;
  const count = world.scenario.kinds.colluding ?? 0;
  const colluders = world.scenario.oneOperator === true ? Math.min(1, count) : count;
  for (const [unit, facts] of ledger.units) {
    const size = sizeOf(facts);
    if (look?.units.get(unit) === size) continue;
    look?.units.set(unit, size);
    const where = `unit ${unit} of ${nameOf(job)}`;
    // Two who act at once may each believe one liar, where one is enough; the requester's word is what counts then.
    const mayDiffer = job.spec.stewards !== undefined && (quorum <= colluders || quorum === 1 || adaptive === true);
    const results = [...facts.acceptedBy.values()].filter((judges) => ![...judges].every((judge) => isFalse(world, judge))).length;
    if (results > 1 && !mayDiffer) report('accepted-once', `${where} has ${results} accepted results`);
    if (results > 0 && facts.abandoned.size > 0 && !mayDiffer) report('accepted-once', `${where} is accepted and abandoned`);
    const key = `${job.id}/${unit}`;
    const before = accepted.get(key);
    const chosen = trueChoice(world, facts, job) ?? before;
    if (before !== undefined && before !== chosen && !mayDiffer) report('accepted-is-kept', `the accepted result of ${where} changed`);
    if (chosen !== undefined) accepted.set(key, chosen);
    for (const [result, workers] of facts.accepted) {
      // What others accepted may come before what it rests on, and a liar that hears its own lies again believes them.
      const owner = look?.owner ?? job.requester.id;
      if (isFalse(world, owner) || facts.acceptedBy.get(result)?.has(owner) !== true) continue;
      checkVotes(world, job, { where, unit, result, workers }, ledger, report);
      // A peer that was honest for long enough is believed; one that always lied never is.
      const alone = adaptive === true && workers.size === 1 && [...workers].every((worker) => mayBeBelieved(world, worker, colluders));
      if (quorum > colluders && quorum > 1 && !alone && result !== job.trueResults[unit]) report('right-result', `${where} was accepted with a wrong result`);
    }
    for (const shown of facts.revealed.values()) for (const { document } of shown.values()) void (job.spec.seal === undefined ? decodeResult(document) : decodeSealedResult(document));
  }
  if (ledger.receipts.size > 0) checkCredit(job, ledger, look?.owner ?? job.requester.id, report);
  checkJudges(world, job, ledger, report);
  checkKept(world, job, ledger, report);
}

function checkVotes(
  world: World,
  job: PostedJob,
  accepted: { where: string; unit: number; result: Cid; workers: ReadonlySet<PeerId> },
  ledger: JobLedger,
  report: Report,
): void {
  const { where, unit, result, workers } = accepted;
  const { quorum, adaptive } = job.spec.verify;
  const facts = ledger.unit(unit);
  const votes = votesOf(facts, quorum > 1);
  // A worker that became a steward later on has no vote any more; what it had shown before stands.
  const hasShown = (worker: PeerId): boolean =>
    quorum > 1 ? commitmentsOpened(ledger, unit, worker, world.crypto).has(result) : [...(facts.revealed.get(worker)?.values() ?? [])].some((shown) => shown.result === result);
  const hadShown = (worker: PeerId): boolean => ledger.delegations.acted.has(worker) && hasShown(worker);
  const sure = [...workers].filter((worker) => votes.get(worker) === result || hadShown(worker));
  const behind = new Set(sure.map((worker) => world.peerOf(worker)?.options.config.operator?.key.join() ?? worker));
  const needed = adaptive === true ? 1 : quorum;
  if (behind.size < needed) report('quorum', `${where} was accepted with ${behind.size} of ${needed} votes`);
  const against = new Map<Cid, number>();
  for (const vote of votes.values()) against.set(vote, (against.get(vote) ?? 0) + 1);
  for (const worker of workers) {
    // Of two who accepted it, one may know workers that the other does not.
    const isAlone = facts.acceptedBy.get(result)?.size === 1;
    if (quorum > 1 && isAlone && !commitmentsOpened(ledger, unit, worker, world.crypto).has(result)) {
      report('commit-before-reveal', `${where} counts a worker that never committed to what it showed`);
    }
    const peer = world.peerOf(worker);
    if (peer === undefined) {
      report('policy', `${where} was accepted from somebody who is no peer`);
      continue;
    }
    if (peer.options.kind === 'copying') report('no-copy-counts', `${where} counts peer ${peer.index}, which copied it`);
    if (matchSelector(parseSelector(job.spec.where), peer.options.config.labels).verdict !== 'yes') {
      report('policy', `${where} was accepted from peer ${peer.index}, whose labels do not fit "${job.spec.where}"`);
    }
    if (job.spec.units.kind === 'shards' && job.spec.units.move === 'never') {
      const { dataset } = job.spec.units;
      const holding = peer.options.holdings.find(({ cid }) => cid === dataset);
      if (holding === undefined || !bitAt(holding.held, unit)) report('shards-stay', `${where} was accepted from peer ${peer.index}, which does not hold its shard`);
    }
  }
}

/** What is accepted by the requester's word, or by that of stewards who do not lie. */
function trueChoice(world: World, facts: UnitFacts, { requester }: PostedJob): Cid | undefined {
  const chosen = acceptedResult(facts, requester.id)?.result;
  const judges = chosen === undefined ? undefined : facts.acceptedBy.get(chosen);
  return judges === undefined || [...judges].every((judge) => isFalse(world, judge)) ? undefined : chosen;
}

/** Whether its record may be good, though it lies. */
function mayBeBelieved(world: World, worker: PeerId, colluders: number): boolean {
  const kind = world.peerOf(worker)?.options.kind;
  return kind === 'sleeping' || (kind === 'colluding' && colluders > 1);
}

/** A worker is credited by whoever acts for what was accepted from it; of several receipts the largest counts. */
function checkCredit(job: PostedJob, ledger: JobLedger, owner: PeerId, report: Report): void {
  const credited = new Map<PeerId, number>();
  for (const { id, worker, units } of ledger.receipts.values()) {
    if (ledger.entries.get(id)?.author !== owner) continue; // what others signed may come before what it rests on
    credited.set(worker, Math.max(credited.get(worker) ?? 0, units));
  }
  for (const [worker, units] of credited) {
    let accepted = 0;
    for (const facts of ledger.units.values()) {
      const ran = facts.revealed.has(worker) || [...facts.accepted.values()].some((workers) => workers.has(worker));
      if (ran) accepted += 1;
    }
    if (units > accepted) report('credit-once', `${nameOf(job)} credits a worker with ${units} units, of which it did ${accepted}`);
  }
}

/** Facts on a unit, which are never fewer than before. */
function sizeOf({ commitments, revealed, accepted, abandoned }: UnitFacts): number {
  let size = accepted.size + abandoned.size;
  for (const all of commitments.values()) size += all.size;
  for (const shown of revealed.values()) size += shown.size;
  for (const workers of accepted.values()) size += workers.size;
  return size;
}
