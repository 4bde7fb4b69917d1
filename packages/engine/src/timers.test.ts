import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timers } from './timers.ts';

const seed = 77;

describe('timers', () => {
  it('are taken when they are due, earliest first, ties by name', () => {
    const timers = new Timers();
    for (const [key, at] of [['c', 5], ['b', 3], ['a', 5], ['d', 9]] as const) timers.set(key, at);
    expect(timers.next()).toBe(3);
    expect(timers.take(2)).toEqual([]);
    expect(timers.take(5)).toEqual(['b', 'a', 'c']);
    expect(timers.next()).toBe(9);
  });

  it('are replaced by a second setting, unless only an earlier one may replace them', () => {
    const timers = new Timers();
    timers.set('a', 5);
    timers.set('a', 8);
    timers.setNoLater('a', 9);
    expect(timers.next()).toBe(8);
    timers.setNoLater('a', 7);
    expect(timers.take(6)).toEqual([]);
    expect(timers.take(7)).toEqual(['a']);
    expect(timers.next()).toBeUndefined();
  });

  it('are gone once cleared, and may be set again for the same moment', () => {
    const timers = new Timers();
    timers.set('a', 5);
    timers.clear('a');
    expect(timers.next()).toBeUndefined();
    timers.set('a', 5);
    expect(timers.take(5)).toEqual(['a']);
    expect(timers.take(5)).toEqual([]);
  });

  it(`do what a plain map would, whatever is done to them (seed ${seed})`, () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const at = fc.integer({ min: 0, max: 30 });
    const action = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, at }),
      fc.record({ kind: fc.constant('setNoLater' as const), key, at }),
      fc.record({ kind: fc.constant('clear' as const), key }),
      fc.record({ kind: fc.constant('take' as const), at }),
    );
    const property = fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const timers = new Timers();
      const model = new Map<string, number>();
      for (const step of actions) {
        if (step.kind === 'set') {
          timers.set(step.key, step.at);
          model.set(step.key, step.at);
        } else if (step.kind === 'setNoLater') {
          timers.setNoLater(step.key, step.at);
          model.set(step.key, Math.min(model.get(step.key) ?? step.at, step.at));
        } else if (step.kind === 'clear') {
          timers.clear(step.key);
          model.delete(step.key);
        } else {
          const due = [...model].filter(([, when]) => when <= step.at).sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
          expect(timers.take(step.at)).toEqual(due.map(([name]) => name));
          for (const [name] of due) model.delete(name);
        }
        expect(timers.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  it('do not grow with how often one is set', () => {
    const timers = new Timers();
    for (let at = 0; at < 10_000; at += 1) timers.set('a', at);
    const { heap } = timers as unknown as { heap: unknown[] };
    expect(heap.length).toBeLessThan(128);
  });
});
