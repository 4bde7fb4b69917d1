import type { PeerId } from '@shoal/runtime';
import { Standings } from '@shoal/engine';
import { failureShare, type WorkerKind } from '../behaviours/worker.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { randomStream } from './random.ts';

/**
 * What a requester saw of all workers before this world began, as its records would have it: each was given as many
 * units, and ran them as its kind does. Whoever was contradicted got no more units from then on.
 */
export function historyOf(scenario: Scenario, requester: number, workers: readonly { id: PeerId; kind: WorkerKind }[]): Standings {
  const standings = new Standings();
  const random = randomStream(scenario.seed, `history/${requester}`);
  const colluders = scenario.oneOperator === true ? 0 : workers.filter(({ kind }) => kind === 'colluding').length;
  for (const { id, kind } of workers) {
    for (let result = 0; result < (scenario.history ?? 0); result += 1) {
      if (kind === 'flaky' && random.float() < failureShare) standings.failed(id);
      else if (kind === 'silent' || kind === 'secretive' || kind === 'turncoat' || kind === 'copying') standings.failed(id);
      else if (kind === 'lying' || (kind === 'colluding' && random.float() >= (colluders - 1) / (workers.length - 1))) standings.invalid(id);
      else standings.valid(id);
      if (standings.of(id).invalid > 0) break;
    }
  }
  return standings;
}
