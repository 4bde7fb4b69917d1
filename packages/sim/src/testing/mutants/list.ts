/** One thing done wrong in the engine: where, what it says, what it says instead. */
export interface Mutant {
  name: string;
  /** Within packages/engine/src. */
  file: string;
  find: string;
  replace: string;
  /** The first seed whose world killed it; undefined where none has yet. */
  seed?: number;
  /** A second change, where one alone is caught by another defence. */
  also?: Omit<Mutant, 'name' | 'also' | 'seed'>;
}

/** The world that kills each. The others live: docs/SIMULATION.md says so. */
const killedBy: Record<string, number> = {
  'quorum check off by one': 1,
  'reveal accepted without its commitment': 3,
  'send before append': 1,
  'lease never expires at its worker': 3,
  'one worker counts twice': 1,
  'credit given twice': 1,
  'bound on bids missing': 36,
  'bound on jobs served missing': 3,
  'bound on the roster missing': 16,
  'cancellation lost on restart': 28,
  'acceptance lost on restart': 28,
  "owner's refusals ignored": 23,
  "owner's hours looked at only when a job is taken": 55,
  'selector ignored': 7,
  'shards move though they must not': 3,
  "worker's facts not written": 1,
  'term of a lease is the last one heard': 2,
  'one slot too many': 1,
  'expired bids kept': 3,
  'abandoned and accepted alike': 28,
  'silent worker never given up': 1,
  'units of a lost lease stay with it': 1,
  'released workers keep their lease': 1,
  'facts of stewards count without delegation': 14,
  'commitment not bound to its worker, and shown to all': 48,
  'keeper says kept before it has it': 244,
  'one operator counts twice': 325,
  'two stewards act at once': 369,
  'reconcile forgets what the other side lacks': 350,
  'a discharge that got lost is never asked for': 149,
  'reason of a release is the last one heard': 204,
};

function mutant(name: string, file: string, find: string, replace: string): Mutant {
  const seed = killedBy[name];
  return { name, file, find, replace, ...(seed === undefined ? {} : { seed }) };
}

/** Mistakes that somebody could make, each of which the simulator must notice. */
export const mutants: readonly Mutant[] = [
  mutant('quorum check off by one', 'verify/tally.ts', 'first.workers.length >= quorum', 'first.workers.length >= quorum - 1'),
  mutant('reveal accepted without its commitment', 'ledger/unit-facts.ts', '!needsCommitment || commitments?.has(opens) === true', 'true || needsCommitment'),
  mutant(
    'send before append',
    'driver.ts',
    'if (records.length > 0) this.append(records);\n    for (const effect of effects) this.carryOut(effect);',
    'for (const effect of effects) this.carryOut(effect);\n    if (records.length > 0) this.append(records);',
  ),
  mutant('lease never expires at its worker', 'worker/report.ts', 'turn.now > job.until', 'turn.now > job.until + 1e12'),
  mutant('silent worker never given up', 'requester/leases.ts', 'if (silentAt > now) {', 'if (silentAt > 0) {'),
  mutant('reconcile forgets what the other side lacks', 'ledger/reconcile.ts', 'if (order < 0) this.send.push(our as Uint8Array);', ''),
  mutant('one worker counts twice', 'verify/tally.ts', 'workers: [...group.values()]', 'workers: [...group.values(), ...group.values()]'),
  mutant('credit given twice', 'requester/finish.ts', "kind: 'receipt', worker, units, fuel", "kind: 'receipt', worker, units: 2 * units, fuel"),
  mutant('bound on bids missing', 'worker/bid.ts', 'bidding.size <= config.timings.maxBids && ', ''),
  {
    ...mutant('bound on jobs served missing', 'policy/admit.ts', 'engine.worked.size >= config.timings.maxWorkedJobs', 'engine.worked.size < 0'),
    also: { file: 'worker/lease.ts', find: 'engine.worked.size >= engine.config.timings.maxWorkedJobs', replace: 'engine.worked.size < 0' },
  },
  mutant('bound on the roster missing', 'roster/roster.ts', 'this.size >= this.bounds.max', 'this.size < 0'),
  mutant('cancellation lost on restart', 'requester/recover.ts', 'ledger.cancelled.size > 0', 'ledger.cancelled.size < 0'),
  mutant('acceptance lost on restart', 'requester/word.ts', "settle(job, unit, 'accepted');", ''),
  {
    ...mutant('commitment not bound to its worker, and shown to all', 'verify/commitment.ts', '\\0${worker}\\0', '\\0${worker.length}\\0'),
    also: { file: 'ledger/ledger.ts', find: 'let ids = this.views.get(worker);', replace: "if (worker !== '') return this.ids;\n    let ids = this.views.get(worker);" },
  },
  mutant('owner\'s refusals ignored', 'policy/owner.ts', 'config.policy.denied.has(requester)', 'config.policy.denied.has(requester) && requester === self'),
  mutant('owner\'s hours looked at only when a job is taken', 'worker/hours.ts', 'if (refusal === undefined) return open(turn);', 'if (refusal === undefined || now > 0) return open(turn);'),
  mutant('selector ignored', 'market/match.ts', 'parseSelector(spec.where)', "parseSelector(spec.where === '' ? spec.where : '')"),
  mutant('shards move though they must not', 'requester/assign.ts', "return job.spec.units.kind === 'count' || bitAt(lease.holds, unit)", 'return lease.lost || unit >= 0'),
  mutant('worker\'s facts not written', 'requester/entries.ts', "turn.effects.push({ type: 'append'", "if (turn.now < 0) turn.effects.push({ type: 'append'"),
  mutant('term of a lease is the last one heard', 'ledger/ledger.ts', 'Math.max(this.leases.get(key)?.until ?? 0, fact.until)', 'fact.until'),
  mutant('reason of a release is the last one heard', 'ledger/ledger.ts', 'smaller(this.released.get(`${fact.lease}/${fact.worker}`), fact.reason)', 'fact.reason'),
  mutant('one slot too many', 'worker/capacity.ts', 'taken <= engine.config.slots', 'taken <= 1 + engine.config.slots'),
  mutant('units of a lost lease stay with it', 'requester/leases.ts', 'lease.toReveal.clear();\n    takeBack(turn, job, lease);', 'lease.toReveal.clear();'),
  mutant('expired bids kept', 'worker/bid.ts', 'if (bid.until <= now) engine.bidding.delete(job)', 'if (bid.until <= 0) engine.bidding.delete(job)'),
  mutant('abandoned and accepted alike', 'requester/units.ts', 'if (job.settled.has(unit) || job.outcome !== \'open\') return;', "if (job.outcome !== 'open') return;"),
  mutant('released workers keep their lease', 'worker/lease.ts', "if (fact.kind === 'released' && fact.lease === job.lease && fact.worker === engine.self) leave(turn, job, fact.reason);", ''),
  {
    ...mutant('facts of stewards count without delegation', 'ledger/ledger.ts', 'if (!delegations.stewards.has(entry.author)) return delegations.park(entry);', ''),
    also: { file: 'requester/authority.ts', find: '!ledger.isAuthority(entry.author)', replace: 'ledger.posted === undefined' },
  },
  mutant('two stewards act at once', 'steward/acting.ts', "goesBefore(job.ledger, from, engine.self)) return 'yield';", "goesBefore(job.ledger, from, engine.self)) return 'stay';"),
  mutant('keeper says kept before it has it', 'steward/keep.ts', 'if (ok) {', 'if (ok || job.here.size >= 0) {'),
  mutant('a discharge that got lost is never asked for', 'steward/watch.ts', 'return Math.max(job.askAt, job.actsUntil);', 'return Math.max(job.askAt, job.actsUntil) + 1e12;'),
  mutant('one operator counts twice', 'verify/independent.ts', 'if (own === undefined) continue;', 'continue;'),
  mutant('whoever runs a unit in a trusted peer\'s place is believed', 'requester/belief.ts', 'return [...given].find((worker) => votes.has(worker));', 'return [...votes.keys()][0];'),
  mutant('what waits is accepted though its peer was contradicted', 'requester/belief.ts', 'for (const check of checks.values()) if (check.of === of) check.units = [];', ''),
];
