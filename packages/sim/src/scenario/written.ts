import { ShoalError } from '@shoal/runtime';
import { drawScenario } from './draw.ts';
import type { Scenario } from './scenario.ts';

/** A scenario as text, to be kept and run again. */
export function writeScenario(scenario: Scenario): string {
  return `${JSON.stringify(scenario, undefined, 2)}\n`;
}

/** The inverse. Throws `scenario-malformed` where the text is no scenario of this version. */
export function readScenario(text: string): Scenario {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ShoalError('scenario-malformed', `Cannot read a scenario: it is no JSON (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
  const wrong = misfit(parsed, drawScenario(1), 'scenario');
  if (wrong !== undefined) throw new ShoalError('scenario-malformed', `Cannot read a scenario: ${wrong}; a sweep writes one with --save-scenario`);
  const scenario = parsed as Scenario;
  if (scenario.jobs.length === 0 || scenario.peers < scenario.requesters + 1 || scenario.jobs.some(({ requester }) => requester >= scenario.requesters)) {
    throw new ShoalError('scenario-malformed', 'Cannot read a scenario: expected at least one job, one peer that works, and jobs posted by its requesters');
  }
  return scenario;
}

/** What may be left out. */
const optional = new Set(['awayMs', 'ownedShare', 'oneOperator', 'trusteeShare', 'cancelAfterMs', 'stewards', 'keepers', 'linked', 'sealed', 'fails', 'priority', 'deadlineMs']);

/** Where a value is not of the form of the other, in words. */
function misfit(value: unknown, like: unknown, where: string): string | undefined {
  if (typeof value !== typeof like || Array.isArray(value) !== Array.isArray(like)) return `${where} must be ${Array.isArray(like) ? 'a list' : typeof like === 'object' ? 'an object' : `a ${typeof like}`}`;
  if (Array.isArray(value)) return value.map((item, i) => misfit(item, (like as unknown[])[0], `${where}[${i}]`)).find((wrong) => wrong !== undefined);
  if (typeof value !== 'object' || value === null) return value === null ? `${where} must not be null` : undefined;
  // Tables that may have any of their entries.
  if (['scenario.kinds', 'scenario.hostile', 'scenario.timings'].includes(where)) return Object.entries(value).map(([key, count]) => misfit(count, 0, `${where}.${key}`)).find((wrong) => wrong !== undefined);
  for (const [key, expected] of Object.entries(like as object)) {
    const own = (value as Record<string, unknown>)[key];
    if (own === undefined && optional.has(key)) continue;
    const wrong = misfit(own, expected, `${where}.${key}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
