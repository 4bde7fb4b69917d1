import { noFaults, type Scenario, type SimJob } from './scenario/scenario.ts';

/** A unit of a tenth of a second. */
const leastFuel = 100_000;

/** Simpler versions of a scenario, the boldest first. */
function simpler(scenario: Scenario): Scenario[] {
  const { jobs, faults, kinds, hostile } = scenario;
  const tries: Scenario[] = [];
  for (const left of jobs.keys()) if (jobs.length > 1) tries.push({ ...scenario, jobs: [jobs[left] as (typeof jobs)[0]] });
  tries.push({ ...scenario, faults: noFaults });
  tries.push({ ...scenario, peers: Math.max(scenario.requesters + 4, scenario.peers >> 1) });
  tries.push({ ...scenario, jobs: jobs.map((job) => ({ ...job, units: Math.max(1, job.units >> 1) })) });
  tries.push({ ...scenario, kinds: {} }, { ...scenario, hostile: {} }, { ...scenario, vanishing: 0 }, { ...scenario, hiddenShare: 0 });
  tries.push({ ...scenario, deniedShare: 0, ownedShare: 0 }, { ...scenario, clockSkewMs: 0, clockDrift: 0 }, { ...scenario, regions: 1 }, { ...scenario, timings: {} });
  tries.push({ ...scenario, slots: 1 }, { ...scenario, faultMs: scenario.faultMs >> 1 }, { ...scenario, peers: scenario.peers - 1 });
  if ((scenario.trusteeShare ?? 0) > 0) tries.push({ ...scenario, trusteeShare: 0, jobs: jobs.map((job) => without(without(job, 'stewards'), 'keepers')) });
  if (scenario.awayMs !== undefined) tries.push(without(scenario, 'awayMs'));
  tries.push(...jobs.flatMap((job, i) => simplerJobs(job).map((simple) => ({ ...scenario, jobs: jobs.with(i, simple) }))));
  for (const [kind, count] of Object.entries(kinds)) if (count > 0) tries.push({ ...scenario, kinds: { ...kinds, [kind]: 0 } });
  for (const [kind, count] of Object.entries(hostile)) if (count > 0) tries.push({ ...scenario, hostile: { ...hostile, [kind]: 0 } });
  for (const [rate, value] of Object.entries(faults)) {
    const none = noFaults[rate as keyof typeof noFaults];
    if (value !== none) tries.push({ ...scenario, faults: { ...faults, [rate]: none } });
  }
  return tries;
}

function without<T extends object, K extends keyof T>(of: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = of;
  return rest;
}

/** What one job can do without. */
function simplerJobs(job: SimJob): SimJob[] {
  const tries = (['cancelAfterMs', 'stewards', 'keepers'] as const).filter((key) => job[key] !== undefined).map((key) => without(job, key));
  if (job.adaptive) tries.push({ ...job, adaptive: false });
  if (job.fuel > leastFuel) tries.push({ ...job, fuel: Math.max(leastFuel, job.fuel >> 2) });
  return tries;
}

/**
 * Cuts a scenario down while it still fails in the same way. Deterministic; `maxRuns` bounds the work.
 * @param fails runs a scenario, and says whether it fails as the first one did.
 */
export function shrink(scenario: Scenario, fails: (scenario: Scenario) => boolean, maxRuns = 60): { scenario: Scenario; runs: number } {
  let best = scenario;
  let runs = 0;
  for (let shrunk = true; shrunk && runs < maxRuns; ) {
    shrunk = false;
    for (let i = 0; i < simpler(best).length && runs < maxRuns; ) {
      const candidate = simpler(best)[i] as Scenario;
      const isNew = candidate.peers >= candidate.requesters + 4 && JSON.stringify(candidate) !== JSON.stringify(best);
      runs += Number(isNew);
      if (isNew && fails(candidate)) {
        best = candidate; // and the same once more
        shrunk = true;
      } else i += 1;
    }
  }
  return { scenario: best, runs };
}

/** What differs from a calm scenario, in one line each: for a person who looks into a failure. */
export function outline(scenario: Scenario): string[] {
  const { peers, requesters, jobs, kinds, hostile, faults } = scenario;
  const some = (record: Record<string, number | boolean>): string =>
    Object.entries(record)
      .filter(([key, value]) => Number(value) !== 0 && value !== (noFaults as unknown as Record<string, unknown>)[key])
      .map(([key, value]) => `${key} ${Number.isInteger(value) ? value : Number(value).toFixed(3)}`)
      .join(', ') || 'none';
  return [
    `${peers} peers, ${requesters} of them requesters`,
    `kinds: ${some(kinds)}`,
    `hostile: ${some(hostile)}; vanishing: ${scenario.vanishing}`,
    `faults for ${scenario.faultMs} ms: ${some({ ...faults })}`,
    ...jobs.map((job, i) => `job ${i}: ${job.units} units, quorum ${job.quorum}, holders ${job.holders}, where "${job.where}", by peer ${job.requester}${job.cancelAfterMs === undefined ? '' : `, cancelled after ${job.cancelAfterMs} ms`}`),
  ];
}
