import { systemRandom, systemSealing, type Cid } from '@shoal/runtime';
import { decodeSealedResult, encodeResult, encodeValue, ResultSealer, sealedBytesOf, sealedResultsAbility, type JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { openedResult } from '../ledger/shown.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { resultOf, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { EvilWorker } from '../testing/outsider.ts';
import { outcomeOf, restOf, sceneOf, type Scene } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import { commitmentOf } from '../verify/commitment.ts';

const nonce = new Uint8Array(16).fill(7);
const secret = 'for the requester alone';
const linkedBytes = 100_000;

/** What a worker makes of a unit; its seals can be spoiled. */
function sealing(spoil: (document: Uint8Array) => Uint8Array = (document) => document, afterMs = 40): Behaviour {
  return (spec, unit, worker, job) => {
    const linked = unit % 2 === 1 ? { cid: resultOf(unit).result, bytes: linkedBytes } : { inline: new TextEncoder().encode(`${secret} ${unit}`) };
    const plain = encodeResult({ stdout: linked, files: [], fuel: 1_000 }, quickCrypto);
    const sealer = new ResultSealer({ job, worker, publicKey: spec.seal ?? new Uint8Array() }, systemSealing, systemRandom);
    // Another copy at each worker.
    const copy = { cid: resultOf(unit, worker).result, bytes: sealedBytesOf(linkedBytes) };
    const document = sealer.begin(unit).seal(plain, 'cid' in linked ? copy : undefined);
    return { afterMs, outcome: { ok: true, result: plain.cid, document: spoil(document), log: new TextEncoder().encode(secret) } };
  };
}

function specFor(requester: TestPeer, units: number, more: Partial<JobSpec> = {}): JobSpec {
  const seal = requester.engine.opener?.publicKeyOf(nonce) ?? new Uint8Array();
  return countedSpec(units, 2, { seal, requires: [sealedResultsAbility], ...more });
}

function run({ mesh, requester }: Scene, spec: JobSpec, withinMs = 60_000): Cid {
  const job = mesh.submit(requester, spec, nonce);
  mesh.runUntil(() => outcomeOf(requester, job) !== 'open', withinMs);
  return job;
}

function changed(document: Uint8Array): Uint8Array {
  const bad = document.slice();
  bad[bad.length - 1] = (bad.at(-1) as number) ^ 1; // within the box, the last field of its map or the one before
  return bad;
}

describe('sealed results', () => {
  it('reach their requester, and no message that could be read by others has them', () => {
    const scene = sceneOf(1, [{ behaviour: sealing() }, { behaviour: sealing() }]);
    const { mesh, requester } = scene;
    const job = run(scene, specFor(requester, 6));
    expect(outcomeOf(requester, job)).toBe('done');
    const ledger = requester.engine.requested.get(job)?.ledger;
    for (const unit of [0, 2, 4]) {
      const [accepted] = ledger?.unit(unit).accepted.keys() ?? [];
      expect(openedResult(ledger as never, unit, accepted as Cid)?.stdout).toEqual({ inline: new TextEncoder().encode(`${secret} ${unit}`) });
    }
    for (const entry of ledger?.entries.values() ?? []) expect(Buffer.from(entry.bytes).includes(secret)).toBe(false);
    expect(mesh.fetched.map(({ opened }) => opened)).toEqual([true, true, true]);
    expect(restOf(mesh)).toEqual([]);
  });

  it('are shown as they were committed to by a worker that was killed in between', () => {
    const scene = sceneOf(4, [{ behaviour: sealing() }, { behaviour: sealing(undefined, 3_000) }]);
    const { mesh, requester, workers } = scene;
    const [early] = workers as [TestPeer, TestPeer];
    const job = mesh.submit(requester, specFor(requester, 3), nonce);
    mesh.runUntil(() => [...(requester.engine.requested.get(job)?.ledger.units.values() ?? [])].some(({ commitments }) => commitments.has(early.id)), 10_000);
    const committed = mesh.executed.filter(({ peer }) => peer === early.id).length;
    mesh.kill(early);
    mesh.runUntil(() => false, 200);
    mesh.restart(early);
    expect(committed).toBeGreaterThan(0);
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
  });

  it('that were changed, copied from another or made for somebody else have no vote: the unit goes to others', () => {
    const others = sceneOf(2, []).requester.engine.opener?.publicKeyOf(nonce) ?? new Uint8Array();
    let stolen: Uint8Array | undefined;
    const bad: Behaviour[] = [
      sealing(changed),
      (spec, ...unit) => sealing()({ ...spec, seal: others }, ...unit),
      (spec, unit, _worker, job) => sealing()(spec, unit, 'somebody else' as never, job),
      (spec, unit, worker, job) => sealing()(spec, unit === 0 ? 2 : 0, worker, job) && sealing(() => (stolen ??= resultOf(0).document))(spec, unit, worker, job),
      sealing((document) => document.subarray(1)),
    ];
    for (const [i, behaviour] of bad.entries()) {
      const scene = sceneOf(10 + i, [{ behaviour }, { behaviour: sealing(undefined, 500) }, { behaviour: sealing(undefined, 500) }]);
      const job = run(scene, specFor(scene.requester, 4), 240_000);
      expect(outcomeOf(scene.requester, job), `attempt ${i}`).toBe('done');
      const cheat = scene.workers[0]?.id;
      for (const facts of scene.requester.engine.requested.get(job)?.ledger.units.values() ?? []) {
        for (const workers of facts.accepted.values()) expect(workers.has(cheat as never), `attempt ${i}`).toBe(false);
      }
    }
  });

  it('are kept as they are, and another copy is asked for when one cannot be had', () => {
    const scene = sceneOf(3, [{ behaviour: sealing() }, { behaviour: sealing() }, { slots: 0, roles: ['steward', 'keeper'] }]);
    const { mesh, requester, workers } = scene;
    const keeper = workers[2] as TestPeer;
    let heardOfLog = 0;
    mesh.passes = (_from, to, message) => {
      if (message?.type === 'log' && to === keeper.id) heardOfLog += 1;
      return true;
    };
    let tries = 0;
    mesh.canFetch = () => (tries += 1) > 2;
    const job = mesh.submit(requester, specFor(requester, 40, { stewards: 1, keepers: 1 }), nonce);
    const ledger = () => requester.engine.requested.get(job)?.ledger;
    expect(mesh.runUntil(() => (ledger()?.keptSealed.size ?? 0) >= 2, 60_000)).toBe(true);
    for (const [copy, keepers] of ledger()?.keptSealed ?? []) {
      expect([...keepers]).toEqual([keeper.id]);
      const shown = [...(ledger()?.units.values() ?? [])].flatMap((facts) => [...facts.revealed.values()].flatMap((all) => [...all.values()]));
      expect(shown.map(({ document }) => decodeSealedResult(document).outputs?.cid)).toContain(copy);
    }
    expect(mesh.fetched.some(({ peer, opened }) => peer === keeper.id && opened)).toBe(false);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 120_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(heardOfLog).toBe(0);
  });

  it('are credited by a steward to those alone whom it accepted, and by their requester as it reads them', () => {
    const slow = sealing(undefined, 300);
    const scene = sceneOf(3, [{ behaviour: slow }, { behaviour: slow }, { behaviour: slow }, { slots: 0, roles: ['steward', 'keeper'] }]);
    const { mesh, requester, workers } = scene;
    const steward = workers[3] as TestPeer;
    const evil = new EvilWorker(mesh);
    evil.advertise();
    evil.wants = 0;
    mesh.runUntil(() => false, 100);
    const job = mesh.submit(requester, specFor(requester, 60, { stewards: 1, keepers: 1 }), nonce);
    expect(mesh.runUntil(() => steward.engine.stewarded.has(job) && evil.lease !== '', 20_000)).toBe(true);
    mesh.kill(requester);
    const forged = new Set<number>();
    const beat = (): void => {
      evil.send(steward, { type: 'pull', job, lease: evil.lease, running: [], done: [], want: 0, reset: false });
      for (const { unit, result } of evil.facts('accepted')) {
        if (forged.has(unit)) continue;
        forged.add(unit);
        const salt = new Uint8Array(16).fill(9);
        const document = encodeValue({ fuel: 0, enc: new Uint8Array(32).fill(1), salt: new Uint8Array(16), box: new Uint8Array(40) });
        const commitment = commitmentOf({ job, unit, worker: evil.id, salt, result }, quickCrypto);
        evil.say(steward, job, { kind: 'committed', lease: evil.lease, unit, commitment }, { kind: 'revealed', unit, salt, result, document });
      }
      mesh.time.after(200, beat);
    };
    beat();
    expect(mesh.runUntil(() => steward.engine.stewarded.get(job)?.isOver === true, 300_000)).toBe(true);
    expect(forged.size).toBeGreaterThan(10);
    expect(steward.engine.standings.of(evil.id).valid).toBe(0);
    for (const { worker, units, fuel } of steward.engine.stewarded.get(job)?.ledger.receipts.values() ?? []) expect([worker === evil.id, fuel]).toEqual([false, 1_000 * units]);
    mesh.restart(requester);
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
    for (const { worker, units, fuel } of requester.engine.requested.get(job)?.ledger.receipts.values() ?? []) expect([worker === evil.id, fuel]).toEqual([false, 1_000 * units]);
  });
});
