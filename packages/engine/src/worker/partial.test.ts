import { expect, it } from 'vitest';
import { encodeMessage, limits } from '@shoal/protocol';
import { defaults } from '../defaults.ts';
import { honest, type Behaviour } from '../testing/behaviours.ts';
import type { TestPeer } from '../testing/mesh.ts';
import { outcomeOf, sceneOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import { weigh } from '../testing/weigh.ts';
import { unitViews } from '../views/job-view.ts';

const slowly: Behaviour = (spec, unit, peer, job) => ({ ...(honest(spec, unit, peer, job) as NonNullable<ReturnType<Behaviour>>), afterMs: 5_000 });

/** One worker is at work on a job of one unit, and another knows of it. */
function atWork() {
  const { mesh, requester, workers } = sceneOf(5, [{ behaviour: slowly }, { behaviour: slowly }]);
  const job = mesh.submit(requester, countedSpec(1, 1));
  const runs = ({ running }: TestPeer): boolean => running.size > 0;
  mesh.runUntil(() => workers.some(runs), 5_000);
  const [worker, other] = [workers.find(runs), workers.find((peer) => !runs(peer))] as [TestPeer, TestPeer];
  const requested = () => requester.engine.requested.get(job) as NonNullable<ReturnType<typeof requester.engine.requested.get>>;
  const shown = () => unitViews(requested().ledger, requested())[0]?.partial;
  const find = (text: string, afterMs: number = defaults.progressEveryMs): void => {
    mesh.runUntil(() => false, afterMs);
    worker.driver.handle({ type: 'found', job, unit: 0, text });
    mesh.runUntil(() => false, 50);
  };
  return { mesh, requester, worker, other, job, requested, shown, find };
}

it('what a unit has found so far is shown while it runs, the last of it alone, and gone when it has its result', () => {
  const { mesh, requester, worker, job, shown, find, requested } = atWork();
  find('17');
  expect(shown()).toEqual({ peer: worker.id, text: '17' });
  find('18');
  expect(shown()?.text).toBe('18');
  find('19', 0);
  expect(shown()?.text, 'too soon after the last one').toBe('18');
  find('x'.repeat(2 * limits.maxPartialLength));
  expect(shown()?.text).toHaveLength(limits.maxPartialLength);
  mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 30_000);
  expect(outcomeOf(requester, job)).toBe('done');
  expect(shown()).toBeUndefined();
  expect(requested().partials.size).toBe(0);
});

it('says nothing of units that its teller does not run, and takes no more room however often it is said', () => {
  const { requester, worker, other, job, requested, shown } = atWork();
  const tell = (from: typeof worker, unit: number, text: string): void => requester.driver.handle({ type: 'message', from: from.id, bytes: encodeMessage({ type: 'partial', job, unit, text }) });
  const before = weigh(requester.engine).bytes;
  tell(other, 0, 'not mine');
  tell(worker, 1, 'no such unit');
  expect(shown()).toBeUndefined();
  for (let i = 0; i < 1_000; i += 1) tell(worker, 0, `${i}`.repeat(100));
  expect(requested().partials.size).toBeLessThanOrEqual(1);
  expect(weigh(requester.engine).bytes - before).toBeLessThan(20_000);
});
