import { limits, sealedResultsAbility, type JobSpec, type Reason } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { match } from '../market/match.ts';
import { attestedLabels, requesterRefusal, type Poster } from './members.ts';
import { ownersRefusal } from './owner.ts';
import { isolationLevels, type IsolationLevel } from './policy.ts';

/** Whether this peer takes the job, now: the job's requirements on us, and ours on the job. Empty means yes. */
export function admit(engine: Engine, { spec, ...poster }: Poster & { spec: JobSpec }, now: number): Reason[] {
  const { requester } = poster;
  const { config } = engine;
  const denied = ownersRefusal(engine, { requester, spec }, now);
  if (denied !== undefined) return [denied];
  if (requester !== engine.self && isTooOpen(engine)) {
    return [{ code: 'isolation-too-weak', text: `its sandbox is at level ${config.isolation}; its owner lets programs of others run from level ${config.policy.minIsolation} on` }];
  }
  const refusal = requesterRefusal(engine, poster, now);
  if (refusal !== undefined) return [refusal];
  const unknown = spec.requires?.find((ability) => ability !== sealedResultsAbility);
  if (unknown !== undefined) return [{ code: 'ability-unknown', text: `the job requires ${unknown}, which this version does not know` }];
  if (spec.deadline !== undefined && spec.deadline <= now) return [{ code: 'deadline-past', text: 'the deadline of the job has passed' }];
  const busy = busyRefusal(engine);
  if (busy !== undefined) return [busy];
  const verdict = match(spec, {
    slots: config.members?.invitation.roles.includes('worker') === false ? 0 : config.slots,
    memoryBytes: config.maxUnitMemoryBytes,
    engines: config.engines,
    determinismClass: config.determinismClass,
    labels: config.members === undefined ? config.labels : { ...config.labels, ...attestedLabels(config.members.invitation) },
    datasets: [...engine.holdings.values()],
  });
  if (verdict.verdict === 'no') return verdict.reasons.slice(0, limits.maxReasons).map(short);
  if (verdict.verdict === 'unknown') return [short({ code: 'label-missing', text: `it has no label ${verdict.missing.join(', ')}` })];
  return [];
}

/** It serves as many jobs as it may at once. */
export function busyRefusal({ worked, config }: Engine): Reason | undefined {
  return worked.size >= config.timings.maxWorkedJobs ? { code: 'busy', text: `it serves ${worked.size} jobs already` } : undefined;
}

function isTooOpen({ config: { policy, isolation } }: Engine): boolean {
  if (policy.minIsolation === undefined) return false;
  // A level that is not known here is below all others.
  return isolationLevels.indexOf(isolation as IsolationLevel) < isolationLevels.indexOf(policy.minIsolation);
}

/** As long as a message may carry: the job's author chose part of the text. */
function short({ code, text }: Reason): Reason {
  return { code, text: text.slice(0, limits.maxTextLength) };
}
