/** One thing done wrong in the engine: where, what it says, what it says instead. */
export interface Mutant {
  name: string;
  /** Within packages/engine/src. */
  file: string;
  find: string;
  replace: string;
  /** The first seed whose world killed it, and by what; undefined where none has yet. */
  seed?: number;
  rule?: string;
  /** A second change, where one alone is caught by another defence. */
  also?: Omit<Mutant, 'name' | 'also' | 'seed' | 'rule'>;
}

/** The rule that each breaks, and the first world that shows it. The others live: docs/SIMULATION.md says so. */
const killedBy: Record<string, [rule: string, seed: number]> = {
  'quorum check off by one': ['quorum', 1],
  'reveal accepted without its commitment': ['commit-before-reveal', 3],
  'send before append': ['said-is-written', 1],
  'lease never expires at its worker': ['nothing-left', 3],
  'silent worker never given up': ['time stands still', 1],
  'reconcile forgets what the other side lacks': ['ledgers-meet', 206],
  'one worker counts twice': ['quorum', 1],
  'credit given twice': ['credit-once', 1],
  'bound on bids missing': ['bounds', 36],
  'bound on jobs served missing': ['bounds', 3],
  'bound on the roster missing': ['bounds', 16],
  'cancellation lost on restart': ['cancel-holds', 28],
  'acceptance lost on restart': ['accepted-once', 28],
  'commitment not bound to its worker, and shown to all': ['no-copy-counts', 536],
  'keeper says kept before it has it': ['kept-is-there', 7],
  "owner's refusals ignored": ['policy', 23],
  "owner's hours looked at only when a job is taken": ['policy', 55],
  'selector ignored': ['policy', 7],
  'shards move though they must not': ['shards-stay', 3],
  "worker's facts not written": ['quorum', 1],
  'term of a lease is the last one heard': ['fold', 2],
  'reason of a release is the last one heard': ['fold', 2],
  'one slot too many': ['bounds', 2],
  'units of a lost lease stay with it': ['lost-has-nothing', 1],
  'expired bids kept': ['nothing-left', 3],
  'abandoned and accepted alike': ['accepted-once', 28],
  'released workers keep their lease': ['released-is-over', 1],
  'facts of stewards count without delegation': ['delegated', 14],
  'two stewards act at once': ['one-acts', 19],
  'a discharge that got lost is never asked for': ['nothing-left', 44],
  'a decline without reasons': ['can-be-said', 3],
  'a decline whose reasons are not kept': ['says-why', 2],
  'results are asked for after the first commitment': ['shown-too-early', 1],
  'where a peer was seen is never forgotten': ['bounds', 1],
  'quotas off': ['rates-hold', 7],
  'quotas that honest peers exceed': ['offence-is-deserved', 5],
  'entries are taken under a false job': ['bad-bytes-change-nothing', 32],
  "bad bytes are nobody's fault": ['bad-bytes-cost', 7],
  'one operator counts twice': ['quorum', 325],
  'notes of results do not name them': ['shown-as-committed', 1],
  'words of sealed programs go to stewards': ['sealed-stays-sealed', 18],
  'losers keep their standing': ['losers-fall', 2],
  'whoever is contradicted by the first result falls': ['losers-fall', 5],
  'no receipts': ['work-is-credited', 1],
  'a steward is taken at its word': ['own-judgement', 14],
  'who acts asks its requester no more often than who waits': ['one-acts', 4001],
};

function mutant(name: string, file: string, find: string, replace: string): Mutant {
  const [rule, seed] = killedBy[name] ?? [];
  return { name, file, find, replace, ...(rule === undefined || seed === undefined ? {} : { rule, seed }) };
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
  mutant('credit given twice', 'requester/receipts.ts', "kind: 'receipt', worker, units, fuel", "kind: 'receipt', worker, units: 2 * units, fuel"),
  mutant('bound on bids missing', 'worker/bid.ts', 'bidding.size <= config.timings.maxBids && ', ''),
  mutant('bound on jobs served missing', 'policy/admit.ts', 'worked.size >= config.timings.maxWorkedJobs', 'worked.size < 0'),
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
  mutant('keeper says kept before it has it', 'steward/keep.ts', 'retryAt: undefined, roots });', 'retryAt: undefined, roots });\n  stateKept({ engine, effects } as never, job, unit, roots);'),
  mutant('a discharge that got lost is never asked for', 'steward/watch.ts', 'return Math.max(job.askAt, job.actsUntil);', 'return Math.max(job.askAt, job.actsUntil) + 1e12;'),
  mutant('a decline without reasons', 'worker/bid.ts', "{ type: 'decline', job: posted.id, reasons }", "{ type: 'decline', job: posted.id, reasons: [] }"),
  mutant('a decline whose reasons are not kept', 'requester/offers.ts', 'candidate.reasons = reasons;', ''),
  mutant('a unit is given up without words', 'requester/units.ts', "kind: 'abandoned', unit, reason }", "kind: 'abandoned', unit, reason: { ...reason, text: '' } }"),
  mutant('results are asked for after the first commitment', 'requester/units.ts', 'independentOf(committers, (peer) => job.ledger.origins.get(peer)).length < job.spec.verify.quorum) return;', 'committers.length < 1) return;'),
  mutant('where a peer was seen is never forgotten', 'step.ts', 'engine.seenAt.delete(event.peer);', ''),
  mutant('bound on entrusted jobs missing', 'steward/take.ts', 'if (stewarded.size >= config.timings.maxStewarded)', 'if (stewarded.size < 0)'),
  mutant('bound on what is kept for others missing', 'steward/room.ts', 'if (keptBytes > config.timings.maxKeptBytes) return false;', 'if (keptBytes < 0) return false;'),
  mutant('quotas off', 'quotas.ts', 'if (quota.left >= 1) {', 'if (quota.left > -1e9) {'),
  mutant('quotas that honest peers exceed', 'quotas.ts', 'const burstSeconds = 20;', 'const burstSeconds = 0.2;'),
  mutant('entries are taken under a false job', 'messages.ts', 'if (stray !== undefined) throw', 'if (stray === undefined && claimed.length === 0) throw'),
  mutant('bad bytes are nobody\'s fault', 'messages.ts', "turn.effects.push({ type: 'offence', peer: from, code: error.code", "if (turn.now < 0) turn.effects.push({ type: 'offence', peer: from, code: error.code"),
  mutant('one operator counts twice', 'verify/independent.ts', 'if (own === undefined) continue;', 'continue;'),
  mutant('notes of results do not name them', 'worker/result-note.ts', 'return `${prefix}${unit}/${result}`;', 'return `${prefix}${unit}`;'),
  mutant('words of sealed programs go to stewards', 'worker/run.ts', 'return spec.seal === undefined || reportsTo === requester;', "return spec.seal === undefined || reportsTo !== '' || requester !== '';"),
  mutant('losers keep their standing', 'verify/standing.ts', 'standing.invalid += 1;', 'standing.invalid += 0;'),
  mutant('late results are never compared', 'requester/entries.ts', 'withdrawTrust(turn, compareLate(', 'if (turn.now < 0) withdrawTrust(turn, compareLate('),
  mutant('whoever is contradicted by the first result falls', 'requester/audits.ts', 'if (result === holds) engine', 'if (result === [...votes.values()][0]) engine'),
  mutant('no receipts', 'requester/receipts.ts', 'if ((own.get(worker) ?? 0) >= units) continue;', 'if (own.size >= 0) continue;'),
  mutant('a steward is taken at its word', 'requester/word.ts', 'const isTrusted = (peer: string): boolean => peer === job.requester || peer === self;', "const isTrusted = (peer: string): boolean => peer !== '';"),
  mutant('who acts asks its requester no more often than who waits', 'steward/watch.ts', 'requested.has(job.job) ? actingForMs : trusteeAskMaxMs', 'requested.has(job.job) && actingForMs < 0 ? actingForMs : trusteeAskMaxMs'),
];
