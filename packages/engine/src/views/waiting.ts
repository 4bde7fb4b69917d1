import { limits, type Reason } from '@shoal/protocol';
import { failuresOf, votesOf } from '../ledger/unit-facts.ts';
import { liveLeases, type RequestedJob } from '../requester/job.ts';
import { utcText } from '../policy/hours.ts';
import { independentOf } from '../verify/independent.ts';

/** Why a job does not move, in words. */
export function waitingOf(job: RequestedJob): Reason[] {
  const live = liveLeases(job).length;
  const { quorum } = job.spec.verify;
  const reasons: Reason[] = [];
  const { peers, withEngine, otherClasses, closed, opensAt, misfits } = job.census;
  const { engine } = job.spec.program;
  if (live === 0 && peers > 0 && withEngine === 0) reasons.push({ code: 'no-engine', text: `no peer has the engine ${engine}: ${peers} are known` });
  else if (live < quorum && otherClasses.size > 0) reasons.push(classReason(job));
  else if (live === 0 && misfits.length > 0) reasons.push(...misfits.map(({ code, text }) => ({ code, text })));
  else if (live === 0 && closed > 0 && !isAnswerDue(job)) {
    const who = closed === 1 ? 'a known peer would do at other hours: its owner lends it' : `${closed} known peers would do at other hours: the first is lent`;
    reasons.push({ code: 'outside-hours', text: `${who} again from ${utcText(opensAt)} on` });
  } else if (live === 0) reasons.push({ code: 'no-worker', text: `no peer works on it; ${job.candidates.size} were asked` });
  else if (live < quorum) {
    reasons.push({ code: 'quorum-short', text: `each unit needs ${quorum} distinct peers, ${live} ${live === 1 ? 'works' : 'work'} on it` });
  }
  const independent = independentOf(liveLeases(job).map(({ worker }) => worker), (peer) => job.ledger.origins.get(peer)).length;
  if (live >= quorum && independent < quorum) {
    const text = `each unit needs ${quorum} peers of different operators; the ${live} that work on it count as ${independent}: by their operators' keys, or since they are seen in one block of addresses`;
    reasons.push({ code: 'operators-short', text });
  }
  const lost = [...job.leases.values()].filter((lease) => lease.lost);
  if (lost.length > 0) reasons.push({ code: 'worker-lost', text: `${lost.length} of its workers fell silent; their units wait for others, or for their return` });
  for (const candidate of job.candidates.values()) {
    if (reasons.length >= 8) break;
    const [reason] = candidate.reasons;
    if (live < quorum && reason !== undefined && !(misfits.length > 0 && reason.code.startsWith('label-'))) reasons.push({ code: reason.code, text: `${candidate.peer.slice(-6)}: ${reason.text}` });
  }
  reasons.push(...troublesOf(job));
  const open = job.units - job.settled.size;
  if (reasons.length === 0 && open > 0 && job.active.size === 0) {
    reasons.push({ code: 'no-taker', text: `${open} units wait: of the ${live} peers that work on it none may run them now` });
  }
  const { waiting, checks } = job.beliefs;
  if (waiting.size > 0) {
    reasons.push({ code: 'results-wait', text: `${waiting.size} results of trusted peers wait for a check of theirs, or for the job's end; ${checks.size} are checked now` });
  }
  const noRoom = job.fetching.values().find((fetching) => fetching.noRoom !== undefined)?.noRoom;
  if (noRoom !== undefined) reasons.push({ code: 'no-room-for-results', text: `results that are agreed on wait for room here: ${noRoom}`.slice(0, limits.maxTextLength) });
  const missing = job.fetching.values().reduce((sum, { isMissing }) => sum + (isMissing ? 1 : 0), 0);
  if (job.fetching.size > missing) reasons.push({ code: 'fetching-results', text: `${job.fetching.size - missing} results are on their way here` });
  if (missing > 0) reasons.push({ code: 'outputs-missing', text: `${missing} results are agreed on, and nobody who has their outputs can be reached; another peer runs their units` });
  return reasons;
}

/** Peers that only their determinism class keeps out. */
function classReason({ spec, census: { withEngine, otherClasses } }: RequestedJob): Reason {
  const others = [...otherClasses].sort(([a], [b]) => (a < b ? -1 : 1));
  const fitting = withEngine - others.reduce((sum, [, peers]) => sum + peers, 0);
  const list = others.map(([name, peers]) => `${peers} of ${name}`).join(', ');
  return { code: 'class-differs', text: `results are compared within class ${spec.verify.class}, of which ${fitting} peers are known; of others: ${list}`.slice(0, limits.maxTextLength) };
}

function isAnswerDue({ candidates }: RequestedJob): boolean {
  return candidates.values().some(({ state }) => state === 'asked' || state === 'bid');
}

/** Open units that were run and came to nothing yet. */
function troublesOf(job: RequestedJob): Reason[] {
  let differing = 0;
  let failing = 0;
  let lastText = '';
  for (const [unit, facts] of job.ledger.units) {
    if (job.settled.has(unit)) continue;
    if (new Set(votesOf(facts, job.spec.verify.quorum > 1).values()).size > 1) differing += 1;
    const last = failuresOf(facts).flat().at(-1);
    if (last === undefined) continue;
    failing += 1;
    lastText = last.reason.text;
  }
  const reasons: Reason[] = [];
  if (differing > 0) reasons.push({ code: 'results-differ', text: `results of ${differing} units differ; a further peer has to run them` });
  if (failing > 0) reasons.push({ code: 'units-failing', text: `${failing} units failed and are tried again: ${lastText}` });
  return reasons;
}
