import { encodeResult, limits } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { halves } from '../testing/facts.ts';
import { failureOf, resultOf, type Behaviour } from '../testing/behaviours.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { outcomeOf, restOf, runJob, sceneOf, sceneWithEvil, viewOf } from '../testing/scene.ts';
import { countedSpec, holding, shardSpec } from '../testing/specs.ts';

/** Ends as it would without the evil worker, and nothing of it was accepted. */
function expectDone(scene: ReturnType<typeof sceneWithEvil>, spec = countedSpec(12), withinMs = 120_000): void {
  const job = runJob(scene, spec, withinMs);
  const { mesh, requester, evil } = scene;
  expect(outcomeOf(requester, job)).toBe('done');
  for (const facts of requester.engine.requested.get(job)?.ledger.units.values() ?? []) {
    expect(facts.accepted.size).toBe(1);
    for (const workers of facts.accepted.values()) expect(workers.has(evil.id)).toBe(false);
  }
  expect(restOf(mesh)).toEqual([]);
}

describe('a job ends as it should, and without a word of a worker that', () => {
  it('reveals without having committed', () => {
    const scene = sceneWithEvil(1);
    const { evil } = scene;
    evil.onUnit = (unit) => evil.tell(halves(evil.id, evil.job ?? never(), unit).revealed);
    expectDone(scene);
  });

  it('commits twice', () => {
    const scene = sceneWithEvil(2);
    const { evil } = scene;
    evil.onUnit = (unit) => {
      for (const text of ['', ' (false)']) evil.tell(halves(evil.id, evil.job ?? never(), unit, text).committed);
    };
    evil.onReveal = (units) => evil.tell(...units.map((unit) => halves(evil.id, evil.job ?? never(), unit).revealed));
    expectDone(scene);
  });

  it('shows something else than it committed to', () => {
    const scene = sceneWithEvil(3);
    const { evil } = scene;
    evil.onUnit = (unit) => evil.tell(halves(evil.id, evil.job ?? never(), unit, ' (false)').committed);
    evil.onReveal = (units) => evil.tell(...units.map((unit) => halves(evil.id, evil.job ?? never(), unit).revealed));
    expectDone(scene);
  });

  it('commits and never shows, though it says that it restarted all the time', () => {
    const scene = sceneWithEvil(4);
    const { evil, mesh } = scene;
    const held: number[] = [];
    evil.onUnit = (unit) => {
      evil.tell(halves(evil.id, evil.job ?? never(), unit).committed);
      held.push(unit);
    };
    const beat = (): void => {
      evil.pull({ done: held.slice(-limits.maxWindowUnits), reset: true });
      mesh.time.after(1_000, beat);
    };
    beat();
    expectDone(scene);
  });

  it('commits and never shows, and is given the unit again, which it says to have done', () => {
    const scene = sceneWithEvil(4, [{}]);
    const { evil, mesh, requester } = scene;
    const done = new Set<number>();
    evil.onUnit = (unit) => {
      evil.tell(halves(evil.id, evil.job ?? never(), unit).committed);
      done.add(unit);
    };
    const beat = (): void => {
      evil.pull({ done: [...done] });
      mesh.time.after(1_000, beat);
    };
    beat();
    const job = mesh.submit(requester, countedSpec(1));
    mesh.runUntil(() => false, 60_000);
    const open = requester.engine.requested.get(job);
    expect([...(open?.leases.values() ?? [])].some(({ again }) => again.has(0))).toBe(true);
    expect(open?.active.size).toBe(0); // nobody waits for it
    mesh.add();
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 30_000)).toBe(true);
  });

  it('says for ever that it runs what it was given', () => {
    const scene = sceneWithEvil(5);
    const { evil, mesh } = scene;
    const held: number[] = [];
    evil.onUnit = (unit) => held.push(unit);
    const beat = (): void => {
      evil.pull({ running: held.slice(-limits.maxWindowUnits) });
      mesh.time.after(1_000, beat);
    };
    beat();
    expectDone(scene);
  });

  it('fails whatever it is given at once', () => {
    for (const deterministic of [false, true]) {
      const scene = sceneWithEvil(6);
      const { evil } = scene;
      evil.onUnit = (unit) => {
        const reason = { code: 'sandbox-crashed', text: 'it says' };
        evil.tell({ kind: 'failed', lease: evil.lease, unit, reason, deterministic });
        evil.pull();
      };
      expectDone(scene);
    }
  });

  it('says that units failed which it was never given, many times', () => {
    const scene = sceneWithEvil(7);
    const { evil, mesh } = scene;
    let told = false;
    evil.onUnit = () => {
      if (told) return;
      told = true;
      for (let i = 0; i < 20; i += 1) {
        mesh.time.after(i, () => {
          const reason = { code: 'sandbox-crashed', text: `it says (${i})` };
          evil.tell(...Array.from({ length: 12 }, (_, unit) => ({ kind: 'failed' as const, lease: evil.lease, unit, reason, deterministic: false })));
        });
      }
    };
    expectDone(scene);
  });

  it('claims inputs that it lacks', () => {
    const all = { holdings: [holding(12, () => true)] };
    const scene = sceneWithEvil(8, [all, all, {}]);
    const { evil } = scene;
    evil.advertise({ datasets: [holding(12, () => true)], seq: scene.mesh.now + 1 });
    evil.holds = new Uint8Array(2).fill(255);
    evil.onUnit = (unit) => {
      const reason = { code: 'input-unavailable', text: 'it is not here after all' };
      evil.tell({ kind: 'failed', lease: evil.lease, unit, reason, deterministic: false });
    };
    scene.mesh.runUntil(() => false, 100);
    expectDone(scene, shardSpec(12, 'never'));
  });

  it('takes all that it can get, and does nothing', () => {
    const scene = sceneWithEvil(9);
    const { evil, mesh, requester } = scene;
    evil.wants = limits.maxWindowUnits;
    let most = 0;
    const beat = (): void => {
      evil.pull();
      const lease = [...(requester.engine.requested.get(evil.job ?? never())?.leases.values() ?? [])].find(({ worker }) => worker === evil.id);
      most = Math.max(most, lease?.assigned.size ?? 0);
      mesh.time.after(50, beat);
    };
    evil.onUnit = () => {
      evil.onUnit = () => {};
      beat();
    };
    expectDone(scene, countedSpec(300), 300_000);
    expect(most).toBeLessThanOrEqual(limits.maxWindowUnits);
  });

  it('gives its lease back whenever it gets one, and bids again', () => {
    const scene = sceneWithEvil(10);
    const { evil, requester, mesh } = scene;
    evil.onMessage = (from, message) => {
      if (message.type !== 'entries' && message.type !== 'offer') return;
      const job = message.type === 'entries' ? message.job : undefined;
      if (job === undefined) return;
      const leased = evil.facts('leased').at(-1);
      if (leased !== undefined) evil.send(from, { type: 'unknownLease', job, lease: leased.lease, reason: { code: 'x', text: '' } });
      evil.say(from, job, evil.bid());
    };
    const before = requester.journal.records;
    const spec = countedSpec(200, 2);
    const job = mesh.submit(requester, spec);
    evil.say(requester, job, evil.bid());
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(outcomeOf(requester, job)).toBe('done');
    const byEvil = evil.facts('leased').length;
    expect(byEvil).toBeLessThan(12);
    expect(requester.journal.records - before).toBeLessThan(6 * 200);
    expect(restOf(mesh)).toEqual([]);
  });
});

describe('a worker whose results were lost with its journal', () => {
  it('holds nothing up', () => {
    const scene = sceneWithEvil(11);
    const { mesh, requester, workers } = scene;
    const job = mesh.submit(requester, countedSpec(60));
    const [victim] = workers;
    if (victim === undefined) return never();
    mesh.runUntil(() => mesh.executed.filter(({ peer }) => peer === victim.id).length > 5, 10_000);
    mesh.kill(victim);
    victim.journal.scopesByName.clear();
    mesh.restart(victim);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(restOf(mesh)).toEqual([]);
  });
});

describe('a worker that had committed and lost what it had', () => {
  it('runs it once more where nobody else can, alone or with its lease', () => {
    for (const lost of ['results', 'everything'] as const) {
      const { mesh, requester, workers } = sceneOf(16, [{}, {}]);
      const job = mesh.submit(requester, countedSpec(30));
      const [victim] = workers;
      if (victim === undefined) return never();
      mesh.runUntil(() => mesh.executed.filter(({ peer }) => peer === victim.id).length >= 4, 10_000);
      mesh.kill(victim);
      const records = victim.journal.scopesByName.get(job)?.records ?? never();
      for (const key of Array.from(records.keys())) if (lost === 'everything' || key.startsWith('note/result/')) records.delete(key);
      if (lost === 'everything') victim.journal.scopesByName.delete(job);
      mesh.restart(victim);
      mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 120_000);
      expect(outcomeOf(requester, job)).toBe('done');
      expect(requester.engine.standings.of(victim.id).invalid).toBe(0);
      expect(restOf(mesh)).toEqual([]);
    }
  });

  it('and comes to another result then has failed, and has not lied', () => {
    const { mesh, requester, evil } = sceneWithEvil(26, [{}]);
    let runs = 0;
    evil.onUnit = (unit) => evil.tell(halves(evil.id, evil.job ?? never(), unit, ` of run ${(runs += 1)}`).committed);
    const beat = (): void => {
      evil.pull({ idle: 1 });
      mesh.time.after(1_000, beat);
    };
    beat();
    mesh.submit(requester, countedSpec(1));
    expect(mesh.runUntil(() => runs > 1, 120_000)).toBe(true);
    mesh.runUntil(() => false, 1_000);
    const { invalid, failed } = requester.engine.standings.of(evil.id);
    expect([invalid, failed]).toEqual([0, 1]);
  });
});

function linkedResult(unit: number): ReturnType<typeof resultOf> {
  const { cid, bytes } = encodeResult({ stdout: { cid: halves('x' as never, countedSpec(1).program.cid, unit).result, bytes: 20_000 }, files: [] }, quickCrypto);
  return { ok: true, result: cid, document: bytes, log: new Uint8Array() };
}

describe('results that are linked', () => {
  const behaviour: Behaviour = (_spec, unit) => ({ afterMs: 20, outcome: linkedResult(unit) });

  it('are fetched once, and the job waits for them', () => {
    const scene = sceneWithEvil(14, [{ behaviour }, { behaviour }]);
    const job = runJob(scene, countedSpec(10), 60_000);
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(scene.mesh.fetches).toHaveLength(10);
  });

  it('and cannot be had are asked for less and less often, and given up with the reason', () => {
    const scene = sceneWithEvil(15, [{ behaviour }, { behaviour }]);
    const { mesh, requester } = scene;
    mesh.canFetch = () => false;
    const job = runJob(scene, countedSpec(1), 600_000);
    expect(outcomeOf(requester, job)).toBe('failed');
    expect(mesh.fetches).toHaveLength(2 * requester.config.timings.maxFetchAttempts); // once more after a further worker was sought
    const gaps = mesh.fetches.slice(1).map((at, i) => at - (mesh.fetches[i] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThan(10_000);
    expect([...(requester.engine.requested.get(job)?.ledger.unit(0).abandoned.values() ?? [])]).toMatchObject([{ reason: { code: 'result-unreachable' } }]);
  });
});

describe('results whose outputs left with their worker', () => {
  const behaviour: Behaviour = (_spec, unit) => ({ afterMs: 20, outcome: linkedResult(unit) });

  it.each([1, 2])('are run again by somebody else, and never given up, at quorum %i', (quorum) => {
    const scene = sceneOf(16, [{ slots: 1, behaviour }, { slots: 1, behaviour }, { slots: 1, behaviour }]);
    const { mesh, requester } = scene;
    let first: readonly string[] = [];
    mesh.canFetch = (from) => {
      if (first.length === 0) first = from;
      return from.some((peer) => !first.includes(peer));
    };
    const job = mesh.submit(requester, countedSpec(1, quorum));
    expect(mesh.runUntil(() => first.length > 0, 10_000)).toBe(true);
    expect(requester.engine.requested.get(job)?.settled.size).toBe(0); // what is accepted is there
    expect(mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 600_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
    const facts = requester.engine.requested.get(job)?.ledger.unit(0);
    expect([facts?.abandoned.size, facts?.revealed.size]).toEqual([0, quorum + 1]);
  });
});

describe('results that are to be made anew', () => {
  it('are, though the first who tries fails by chance, and however long nobody is free to try', () => {
    let tries = 0;
    const flaky: Behaviour = (_spec, unit) => {
      tries += 1;
      return { afterMs: 20, outcome: tries === 1 ? failureOf('program-trapped') : linkedResult(unit) };
    };
    const scene = sceneOf(18, [{ slots: 1, behaviour: (_spec, unit) => ({ afterMs: 20, outcome: linkedResult(unit) }) }]);
    const { mesh, requester, workers } = scene;
    const [gone] = workers;
    mesh.canFetch = (from) => from.some((peer) => peer !== gone?.id);
    const job = mesh.submit(requester, countedSpec(1, 1));
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.fetching.get(0)?.isMissing === true, 300_000)).toBe(true);
    mesh.add({ slots: 1, behaviour: flaky });
    mesh.add({ slots: 1, behaviour: flaky });
    expect(mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 1_200_000)).toBe(true);
    expect([outcomeOf(requester, job), tries]).toEqual(['done', 2]);
  });
});

describe('results for which their requester has no room', () => {
  const behaviour: Behaviour = (_spec, unit) => ({ afterMs: 20, outcome: linkedResult(unit) });

  it('wait for it, say so, and are neither run again nor given up', () => {
    const scene = sceneOf(17, [{ slots: 1, behaviour }, { slots: 1, behaviour }, { slots: 1, behaviour }]);
    const { mesh, requester } = scene;
    mesh.canFetch = () => 'no-room';
    const job = mesh.submit(requester, countedSpec(2, 1));
    mesh.runUntil(() => false, 5_000);
    const { executions } = viewOf(requester, job);
    mesh.runUntil(() => false, 1_800_000);
    expect(viewOf(requester, job).waiting).toContainEqual({ code: 'no-room-for-results', text: expect.stringContaining('the disk is full') });
    expect([outcomeOf(requester, job), viewOf(requester, job).executions]).toEqual(['open', executions]);
    mesh.canFetch = () => true;
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 70_000)).toBe(true);
  });
});

describe('results that differ at every peer', () => {
  it('end the job with a reason instead of burning the whole mesh', () => {
    let run = 0;
    const behaviour = (_: unknown, unit: number) => ({ afterMs: 20, outcome: resultOf(unit, ` of run ${(run += 1)}`) });
    const scene = sceneWithEvil(12, Array.from({ length: 12 }, () => ({ behaviour })));
    const job = runJob(scene, countedSpec(2), 300_000);
    expect(outcomeOf(scene.requester, job)).toBe('failed');
    expect(viewOf(scene.requester, job).executions).toBeLessThanOrEqual(2 * 8);
  });

  it('are said to be what the job waits for, while there is nobody else to ask', () => {
    let run = 0;
    const behaviour = (_: unknown, unit: number) => ({ afterMs: 20, outcome: resultOf(unit, ` of run ${(run += 1)}`) });
    const scene = sceneWithEvil(13, [{ behaviour }, { behaviour }]);
    const job = runJob(scene, countedSpec(1), 30_000);
    expect(outcomeOf(scene.requester, job)).toBe('open');
    expect(viewOf(scene.requester, job).waiting.map(({ code }) => code)).toContain('results-differ');
  });
});

function never(): never {
  throw new Error('missing in the test mesh');
}
