import { expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { durationOf, hasRoomFor } from './capacity.ts';
import type { WorkedJob } from './job.ts';

function rig(slots: number, ...jobs: { meanMs?: number; running: number }[]): { engine: Engine; jobs: WorkedJob[] } {
  const worked = jobs.map(({ meanMs, running }, i) => [`${i}`, { meanMs, running: new Map(Array.from({ length: running }, (_, unit) => [unit, {}])) }] as const);
  const engine = { config: { slots, timings: { companyMs: 20, maxUnitsInSlot: 32 } }, worked: new Map(worked) } as unknown as Engine;
  return { engine, jobs: [...engine.worked.values()] };
}

it('a slot takes one unit at a time, or as many short ones as it does within the time for company, and no more than its bound', () => {
  const most = (slots: number, meanMs?: number): number => {
    for (let running = 0; ; running += 1) {
      const { engine, jobs } = rig(slots, { ...(meanMs === undefined ? {} : { meanMs }), running });
      if (!hasRoomFor(engine, jobs[0] as WorkedJob)) return running;
    }
  };
  expect(most(1)).toBe(1);
  expect(most(3)).toBe(3);
  expect(most(1, 200)).toBe(1);
  expect(most(1, 10.1)).toBe(1);
  expect(most(1, 10)).toBe(2);
  expect(most(3, 3)).toBe(18);
  expect(most(2, 0.1)).toBe(64);
  expect(most(0, 1)).toBe(0);
});

it('a long unit leaves no room for short ones of another job', () => {
  const { engine, jobs } = rig(1, { meanMs: 5_000, running: 1 }, { meanMs: 1, running: 0 });
  expect(hasRoomFor(engine, jobs[1] as WorkedJob)).toBe(false);
});

it('of units begun together, the time of one is its share', () => {
  const { engine } = rig(2);
  expect(durationOf(engine, { startedAt: 100, progressAt: 0, partialAt: 0, beside: 1 }, 130)).toBe(30);
  expect(durationOf(engine, { startedAt: 100, progressAt: 0, partialAt: 0, beside: 20 }, 130)).toBe(3);
  expect(durationOf(engine, { startedAt: 100, progressAt: 0, partialAt: 0, beside: 1 }, 90)).toBe(0);
});
