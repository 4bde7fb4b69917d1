import { cp } from 'node:fs/promises';
import { Lab } from '../net/lab.ts';
import type { Scenario, Verdict } from './scenario.ts';

/** Runs a scenario in a fresh lab. The logs of a failed one are kept where `keepLogs` says. */
export async function runScenario(scenario: Scenario, stop: AbortSignal, keepLogs: string): Promise<Verdict> {
  const begin = performance.now();
  const late = AbortSignal.timeout(scenario.withinMs);
  const signal = AbortSignal.any([stop, late]);
  const lab = await Lab.open();
  let passed = false;
  let text: string;
  try {
    text = await Promise.race([scenario.run(lab, signal), aborted(signal, scenario.withinMs)]);
    passed = true;
  } catch (error) {
    text = error instanceof Error ? error.message : String(error);
    await cp(lab.folder, keepLogs, { recursive: true, force: true, filter: (path) => path === lab.folder || path.endsWith('.log') });
  } finally {
    await lab.close();
  }
  return { name: scenario.name, about: scenario.about, passed, text, seconds: (performance.now() - begin) / 1_000 };
}

function aborted(signal: AbortSignal, withinMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(new Error(`not done within ${withinMs / 1_000} s, or stopped`));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
