import { limits } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { halves } from '../testing/facts.ts';
import { resultOf, type Behaviour } from '../testing/behaviours.ts';
import { outcomeOf, sceneWithEvil } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

/** A job whose honest workers take so long that the evil one can say something in between. */
const slowly: Behaviour = (_spec, unit) => ({ afterMs: 200, outcome: resultOf(unit) });

describe('a worker gets neither trust nor pardon from', () => {
  it('one unit of work that it shows many times at once', () => {
    for (const isGiven of [true, false]) {
      const scene = sceneWithEvil(21, [{ behaviour: slowly }, { behaviour: slowly }, { behaviour: slowly }]);
      const { mesh, requester, evil } = scene;
      const { standings } = requester.engine;
      const held: number[] = [];
      evil.wants = isGiven ? 1 : 0;
      evil.onUnit = (unit) => held.push(unit);
      const job = mesh.submit(requester, countedSpec(60));
      const settled = (): Map<number, string> => requester.engine.requested.get(job)?.settled ?? never();
      mesh.runUntil(() => evil.lease !== '' && settled().size > 2 && (!isGiven || held.length > 0), 20_000);
      const unit = held[0] ?? [...settled().keys()][0] ?? never();
      const { committed, revealed } = halves(evil.id, job, unit);
      evil.tell(committed, ...Array.from({ length: 200 }, () => revealed));
      mesh.runUntil(() => false, 200);
      for (let i = 0; i < 20; i += 1) evil.tell(...(i === 0 ? [committed] : []), revealed);
      mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
      expect(standings.of(evil.id).valid).toBe(isGiven ? 1 : 0);
    }
  });
});

describe('a run that never becomes a vote costs its worker', () => {
  function mark(seed: number, onUnit: (evil: ReturnType<typeof sceneWithEvil>['evil'], unit: number) => void, onReveal: (evil: ReturnType<typeof sceneWithEvil>['evil'], units: number[]) => void = () => {}): { given: number; invalid: number; failed: number } {
    const { mesh, requester, evil } = sceneWithEvil(seed, [{ behaviour: slowly }, { behaviour: slowly }, { behaviour: slowly }]);
    let given = 0;
    evil.onUnit = (unit) => {
      given += 1;
      onUnit(evil, unit);
    };
    evil.onReveal = (units) => onReveal(evil, units);
    const beat = (): void => {
      evil.pull({ idle: 4 });
      mesh.time.after(500, beat);
    };
    beat();
    const job = mesh.submit(requester, countedSpec(300));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 400_000);
    expect(outcomeOf(requester, job)).toBe('done');
    const { invalid, failed } = requester.engine.standings.of(evil.id);
    return { given, invalid, failed };
  }

  it('its word, where it commits to two results: it gets no more', () => {
    const marks = mark(22, (evil, unit) => {
      for (const text of ['', ' (false)']) evil.tell(halves(evil.id, evil.job ?? never(), unit, text).committed);
    });
    expect(marks.invalid).toBeGreaterThan(0);
    expect(marks.given).toBeLessThan(10);
  });

  it('a failure, where it commits and never shows', () => {
    expect(mark(23, (evil, unit) => evil.tell(halves(evil.id, evil.job ?? never(), unit).committed))).toMatchObject({ invalid: 0, failed: expect.toSatisfy((times: number) => times > 0) });
  });

  it('a failure, where it shows what opens nothing, or what nobody can read', () => {
    for (const makeUnreadable of [false, true]) {
      const marks = mark(
        24,
        (evil, unit) => evil.tell(halves(evil.id, evil.job ?? never(), unit).committed),
        (evil, units) => {
          for (const unit of units) {
            const { revealed } = halves(evil.id, evil.job ?? never(), unit, makeUnreadable ? '' : ' (other)');
            evil.tell(makeUnreadable ? ({ ...revealed, document: new Uint8Array(8) } as typeof revealed) : revealed);
          }
        },
      );
      expect(marks.invalid).toBe(0);
      expect(marks.failed).toBeGreaterThan(0);
    }
  });
});

describe('a stranger that says that it has 256 idle slots', () => {
  it.each([
    ['once, and bid 2 slots', 1, 2, 2],
    ['again and again, and bid 256 slots', 10, 256, 8],
  ])('%s gets few units', (_what, times, slots, most) => {
    const { mesh, requester, evil } = sceneWithEvil(25, [{ behaviour: slowly }, { behaviour: slowly }, { behaviour: slowly }]);
    const bid = evil.bid.bind(evil);
    evil.bid = (more = {}) => bid({ ...more, slots });
    let given = 0;
    evil.wants = 0;
    evil.onUnit = () => (given += 1);
    mesh.submit(requester, countedSpec(600));
    mesh.runUntil(() => evil.lease !== '', 5_000);
    evil.wants = limits.maxWindowUnits;
    for (let i = 0; i < times; i += 1) mesh.time.after(10 * i, () => evil.pull({ idle: limits.maxWindowUnits }));
    mesh.runUntil(() => false, 150);
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThanOrEqual(most);
  });
});

function never(): never {
  throw new Error('missing in the test mesh');
}
