import type { Cid } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { countedSpec, holding, shardSpec } from './testing/specs.ts';
import { honest, resultOf, TestMesh, type Behaviour } from './testing/mesh.ts';
import { viewOfJob, viewOfLedger } from './views/job-view.ts';

type Requester = ReturnType<TestMesh['add']>;

/** A mesh whose first peer only requests, and has met the others. */
function meshOf(seed: number, workers: Parameters<TestMesh['add']>[0][]): { mesh: TestMesh; requester: Requester; workers: Requester[] } {
  const mesh = new TestMesh(seed);
  const requester = mesh.add({ slots: 0 });
  const added = workers.map((options) => mesh.add(options));
  mesh.runUntil(() => false, 2_000);
  return { mesh, requester, workers: added };
}

function outcomeOf(peer: Requester, job: Cid): string | undefined {
  return peer.engine.requested.get(job)?.outcome;
}

function ended(peer: Requester, job: Cid): () => boolean {
  return () => outcomeOf(peer, job) !== 'open';
}

describe('a job', () => {
  it('is done when every unit reached its quorum, each run by two peers', () => {
    const { mesh, requester } = meshOf(1, [{}, {}, {}]);
    const job = mesh.submit(requester, countedSpec(30));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
    const view = viewOfJob(requester.engine.requested.get(job) ?? never());
    expect(view).toMatchObject({ accepted: 30, abandoned: 0, executions: 60, failures: 0 });
    expect(mesh.offences).toEqual([]);
  });

  it('leaves nothing behind at its workers, and their receipts are countersigned', () => {
    const { mesh, requester, workers } = meshOf(2, [{}, {}]);
    const job = mesh.submit(requester, countedSpec(5));
    mesh.runUntil(ended(requester, job), 60_000);
    mesh.runUntil(() => false, 2_000);
    for (const worker of workers) expect(worker.engine.worked.size).toBe(0);
    const ledger = requester.engine.requested.get(job)?.ledger ?? never();
    expect(ledger.receipts.size).toBe(2);
    expect(ledger.countersigned.size).toBe(2);
  });

  it('may be worked on by its own requester', () => {
    const mesh = new TestMesh(3);
    const peer = mesh.add();
    mesh.runUntil(() => false, 1_000);
    const job = mesh.submit(peer, countedSpec(10, 1));
    expect(mesh.runUntil(ended(peer, job), 30_000)).toBe(true);
    expect(outcomeOf(peer, job)).toBe('done');
    expect(mesh.offences).toEqual([]);
  });

  it('says what it waits for while there are too few peers for its quorum', () => {
    const { mesh, requester } = meshOf(4, [{}]);
    const job = mesh.submit(requester, countedSpec(3));
    expect(mesh.runUntil(ended(requester, job), 20_000)).toBe(false);
    const view = viewOfJob(requester.engine.requested.get(job) ?? never());
    expect(view?.waiting.map((reason) => reason.code)).toContain('quorum-short');
  });

  it('is failed after few runs when its program fails everywhere, with the reason', () => {
    const fails: Behaviour = () => ({
      afterMs: 20,
      outcome: { ok: false, code: 'program-trapped', message: 'unreachable', deterministic: true, log: new Uint8Array() },
    });
    const { mesh, requester } = meshOf(5, [{ behaviour: fails }, { behaviour: fails }, { behaviour: fails }]);
    const job = mesh.submit(requester, countedSpec(4));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('failed');
    expect(viewOfJob(requester.engine.requested.get(job) ?? never())?.failures).toBeLessThanOrEqual(12);
  });

  it('does not burn everybody with a program that fails everywhere', () => {
    const fails: Behaviour = () => ({
      afterMs: 5,
      outcome: { ok: false, code: 'program-trapped', message: 'unreachable', deterministic: true, log: new Uint8Array() },
    });
    const { mesh, requester } = meshOf(15, [{ behaviour: fails }, { behaviour: fails }, { behaviour: fails }]);
    const job = mesh.submit(requester, countedSpec(5_000));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    mesh.runUntil(() => false, 100);
    const view = viewOfJob(requester.engine.requested.get(job) ?? never());
    expect(view).toMatchObject({ state: 'failed', reason: { code: 'program-fails' } });
    expect(mesh.executed.length).toBeLessThan(1_500);
  });

  it('fails at its deadline, and says so', () => {
    const { mesh, requester, workers } = meshOf(16, [{ behaviour: () => undefined }, { behaviour: () => undefined }]);
    const job = mesh.submit(requester, countedSpec(4, 2, { deadline: mesh.now + 5_000 }));
    expect(mesh.runUntil(ended(requester, job), 6_000)).toBe(true);
    mesh.runUntil(() => false, 1_000);
    expect(viewOfJob(requester.engine.requested.get(job) ?? never())).toMatchObject({ state: 'failed', reason: { code: 'deadline-passed' } });
    for (const worker of workers) expect(worker.engine.worked.size).toBe(0);
  });

  it('of ten units is not starved by one of ten thousand', () => {
    const { mesh, requester, workers } = meshOf(17, [{}, {}]);
    const other = mesh.add({ slots: 0 });
    mesh.runUntil(() => false, 2_000);
    const large = mesh.submit(requester, countedSpec(10_000, 1));
    mesh.runUntil(() => workers.every((worker) => worker.engine.worked.size > 0), 5_000);
    const begun = mesh.now;
    const small = mesh.submit(other, countedSpec(10, 1));
    expect(mesh.runUntil(ended(other, small), 60_000)).toBe(true);
    expect(mesh.now - begun).toBeLessThan(2_000);
    expect(outcomeOf(requester, large)).toBe('open');
  });

  it('survives runs that fail by chance', () => {
    let left = 5;
    const flaky: Behaviour = (spec, unit, peer) => {
      if (left > 0 && unit % 2 === 0) {
        left -= 1;
        return { afterMs: 10, outcome: { ok: false, code: 'sandbox-crashed', message: 'gone', deterministic: false, log: new Uint8Array() } };
      }
      return honest(spec, unit, peer, job);
    };
    const { mesh, requester } = meshOf(6, [{ behaviour: flaky }, { behaviour: flaky }, {}]);
    const job = mesh.submit(requester, countedSpec(12));
    expect(mesh.runUntil(ended(requester, job), 120_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
  });

  it('outvotes a liar by a further run', () => {
    const liar: Behaviour = (_spec, unit) => ({ afterMs: 5, outcome: resultOf(unit, ' (false)') });
    const { mesh, requester, workers } = meshOf(7, [{ behaviour: liar }, {}, {}]);
    const job = mesh.submit(requester, countedSpec(6));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    const ledger = requester.engine.requested.get(job)?.ledger ?? never();
    for (const facts of ledger.units.values()) {
      expect(facts.accepted.size).toBe(1);
      for (const by of facts.accepted.values()) expect(by.has(workers[0]?.id ?? never())).toBe(false);
    }
  });

  it('is stopped everywhere when it is cancelled', () => {
    const { mesh, requester, workers } = meshOf(8, [{ behaviour: () => undefined }, { behaviour: () => undefined }]);
    const job = mesh.submit(requester, countedSpec(6));
    mesh.runUntil(() => workers.every((worker) => worker.engine.worked.size > 0), 10_000);
    mesh.step(requester, { type: 'cancel', job, why: 'enough' });
    mesh.runUntil(() => false, 1_000);
    expect(outcomeOf(requester, job)).toBe('cancelled');
    for (const worker of workers) expect(worker.engine.worked.size).toBe(0);
  });
});

describe('adaptive replication', () => {
  const adaptive = (count: number) => countedSpec(count, 2, { verify: { quorum: 2, adaptive: true } });

  it('believes peers alone once they have a record, and keeps checking some', () => {
    const { mesh, requester } = meshOf(50, [{}, {}, {}]);
    const first = mesh.submit(requester, adaptive(60));
    mesh.runUntil(ended(requester, first), 60_000);
    const ranBefore = mesh.executed.length;
    expect(ranBefore).toBeGreaterThan(75); // strangers: most units run twice
    const second = mesh.submit(requester, adaptive(100));
    expect(mesh.runUntil(ended(requester, second), 60_000)).toBe(true);
    expect(outcomeOf(requester, second)).toBe('done');
    expect(mesh.executed.length - ranBefore).toBeGreaterThanOrEqual(100);
    expect(mesh.executed.length - ranBefore).toBeLessThanOrEqual(125);
  });

  it('never believes a liar alone', () => {
    const liar: Behaviour = (_spec, unit) => ({ afterMs: 5, outcome: resultOf(unit, ' (false)') });
    const { mesh, requester, workers } = meshOf(51, [{ behaviour: liar }, {}, {}, {}]);
    const job = mesh.submit(requester, adaptive(120));
    expect(mesh.runUntil(ended(requester, job), 120_000)).toBe(true);
    const ledger = requester.engine.requested.get(job)?.ledger ?? never();
    for (const facts of ledger.units.values()) {
      for (const by of facts.accepted.values()) expect(by.has(workers[0]?.id ?? never())).toBe(false);
    }
  });
});

describe('compute goes to the data', () => {
  it('so that a shard which must not move is run by its holders alone', () => {
    const holders = (a: number, b: number) => (index: number) => index % 3 === a || index % 3 === b;
    const { mesh, requester, workers } = meshOf(9, [
      { holdings: [holding(9, holders(0, 1))] },
      { holdings: [holding(9, holders(1, 2))] },
      { holdings: [holding(9, holders(2, 0))] },
      {},
    ]);
    const job = mesh.submit(requester, shardSpec(9, 'never'));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
    const [a, b, c, empty] = workers.map((worker) => worker.id);
    const where = [[a, c], [a, b], [b, c]];
    for (const { peer, unit } of mesh.executed) {
      expect(peer).not.toBe(empty);
      expect(where[unit % 3]).toContain(peer);
    }
  });

  it('unless too few hold it and it may move', () => {
    const { mesh, requester } = meshOf(10, [{ holdings: [holding(4, () => true)] }, {}]);
    const job = mesh.submit(requester, shardSpec(4, 'allowed'));
    expect(mesh.runUntil(ended(requester, job), 60_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
  });
});

describe('a crash', () => {
  it('of a worker costs its units another run, and it takes up its lease when it is back', () => {
    const holdAll = { holdings: [holding(8, () => true)] };
    const { mesh, requester, workers } = meshOf(11, [holdAll, holdAll]);
    const job = mesh.submit(requester, shardSpec(8, 'never'));
    const victim = workers[0] ?? never();
    mesh.runUntil(() => mesh.executed.filter(({ peer }) => peer === victim.id).length >= 2, 10_000);
    mesh.kill(victim);
    expect(mesh.runUntil(ended(requester, job), 30_000)).toBe(false); // nobody else holds the shards
    const before = mesh.executed.length;
    mesh.restart(victim);
    expect(mesh.runUntil(ended(requester, job), 30_000)).toBe(true);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(mesh.executed.length - before).toBeLessThanOrEqual(7);
    expect(mesh.offences).toEqual([]);
  });

  it('of the requester loses nothing that was accepted, and nothing accepted runs again', () => {
    for (let seed = 20; seed < 32; seed += 1) {
      const { mesh, requester } = meshOf(seed, [{}, {}, {}]);
      const job = mesh.submit(requester, countedSpec(40));
      const accepted = (): number => viewOfLedger(requester.engine.requested.get(job)?.ledger ?? never())?.accepted ?? 0;
      mesh.runUntil(() => accepted() >= seed - 10, 10_000);
      mesh.kill(requester);
      const settled = new Set(
        [...(requester.engine.requested.get(job)?.ledger.units ?? [])].flatMap(([unit, facts]) => (facts.accepted.size > 0 ? [unit] : [])),
      );
      const ranBefore = mesh.executed.length;
      mesh.runUntil(() => false, 3_000);
      mesh.restart(requester);
      expect(mesh.runUntil(ended(requester, job), 60_000), `seed ${seed}`).toBe(true);
      expect(outcomeOf(requester, job)).toBe('done');
      expect(accepted()).toBe(40);
      const again = mesh.executed.slice(ranBefore).filter(({ unit }) => settled.has(unit));
      expect(again, `seed ${seed}`).toEqual([]);
    }
  });

  it('of anybody, and lost messages, end in a finished job', () => {
    for (let seed = 100; seed < 120; seed += 1) {
      const { mesh, requester, workers } = meshOf(seed, [{}, {}, {}, {}]);
      mesh.passes = () => mesh.random.float() > 0.05;
      const job = mesh.submit(requester, countedSpec(25));
      const everybody = [requester, ...workers];
      for (let fault = 0; fault < 4; fault += 1) {
        mesh.runUntil(ended(requester, job), 100 + mesh.random.integer(400));
        const victim = everybody[mesh.random.integer(everybody.length)] ?? never();
        mesh.kill(victim);
        mesh.runUntil(() => false, mesh.random.integer(2_000));
        mesh.restart(victim);
      }
      mesh.passes = () => true;
      mesh.runUntil(() => requester.engine.requested.get(job) === undefined || outcomeOf(requester, job) !== 'open', 120_000);
      const outcome = outcomeOf(requester, job);
      expect(outcome === 'done' || requester.journal.scopesByName.get(job)?.closed, `seed ${seed}: ${outcome}`).toBeTruthy();
    }
  });
});

function never(): never {
  throw new Error('missing in the test mesh');
}
