import { utcTime, type PeerId } from '@shoal/runtime';
import { limits, peerIdOf, type JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { authorOf } from '../testing/facts.ts';
import { TestMesh } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';
import type { WorkedJob } from '../worker/job.ts';
import { admit } from './admit.ts';
import type { IsolationLevel, Policy } from './policy.ts';

const requester = authorOf('requester').id;

function codes(spec: JobSpec, prepare: (engine: Engine) => void = () => {}): string[] {
  const { engine } = new TestMesh(1).add({ labels: { region: 'eu' } });
  prepare(engine);
  return admit(engine, { spec, requester }, 1_000).map(({ code }) => code);
}

describe('a peer takes a job', () => {
  it('that fits', () => {
    expect(codes(countedSpec(1))).toEqual([]);
  });

  it('unless its owner refuses the requester', () => {
    expect(codes(countedSpec(1), ({ config }) => (config.policy = { denied: new Set([requester]) }))).toEqual(['requester-denied']);
  });

  it('unless it is not among the requesters, programs and engines that its owner lets in, or among those kept out', () => {
    const { program } = countedSpec(1);
    const under = (policy: Partial<Policy>): string[] => codes(countedSpec(1), ({ config }) => (config.policy = { denied: new Set(), ...policy }));
    expect(under({ allowed: new Set([requester]) })).toEqual([]);
    expect(under({ allowed: new Set() })).toEqual(['requester-not-allowed']);
    expect(under({ allowed: new Set([requester]), denied: new Set([requester]) })).toEqual(['requester-denied']);
    expect(under({ programs: { denied: new Set([program.cid]) } })).toEqual(['program-denied']);
    expect(under({ programs: { denied: new Set([program.engine]), allowed: new Set([program.cid]) } })).toEqual(['engine-denied']);
    expect(under({ programs: { allowed: new Set(['quickjs-1']) } })).toEqual(['program-not-allowed']);
    expect(under({ programs: { allowed: new Set([program.engine]) } })).toEqual([]);
    expect(under({ programs: { allowed: new Set([program.cid]) } })).toEqual([]);
  });

  it('by the operator of its requester too, where the advert proves who that is', () => {
    const mesh = new TestMesh(1);
    const [worker, known, other] = [mesh.add({}), mesh.add({ operator: 'one' }), mesh.add({ operator: 'two' })];
    mesh.runUntil(() => worker.engine.roster.has(known.id) && worker.engine.roster.has(other.id), 5_000);
    const operator = peerIdOf(known.config.operator?.key as Uint8Array);
    const of = ({ id }: { id: PeerId }): string[] => admit(worker.engine, { spec: countedSpec(1), requester: id }, mesh.now).map(({ code }) => code);
    worker.engine.config.policy = { denied: new Set([operator]) };
    expect([of(known), of(other)]).toEqual([['requester-denied'], []]);
    worker.engine.config.policy = { denied: new Set(), allowed: new Set([operator]) };
    expect([of(known), of(other), of(worker)]).toEqual([[], ['requester-not-allowed'], []]);
  });

  it('at the hours of its owner, and says when they begin again', () => {
    const { engine } = new TestMesh(1).add({});
    engine.config.policy = { denied: new Set(), hours: { ranges: [{ from: 20 * 60, to: 31 * 60 }], localTime: utcTime } }; // Sunday 20:00 to Monday 07:00
    const at = (day: number, hour: number): string[] => admit(engine, { spec: countedSpec(1), requester }, Date.UTC(2026, 10, day, hour)).map(({ code, text }) => `${code}: ${text}`);
    expect(at(22, 20)).toEqual([]);
    expect(at(23, 6)).toEqual([]);
    expect(at(23, 7)).toEqual(['outside-hours: its owner lends it at other hours: again from Sun 20:00 UTC on']);
  });

  it('unless the walls around programs of others are weaker than its owner wants', () => {
    const levels = (isolation: string, minIsolation: IsolationLevel, by = requester): string[] => {
      const { engine } = new TestMesh(1).add({});
      engine.config.isolation = isolation;
      engine.config.policy = { denied: new Set(), minIsolation };
      return admit(engine, { spec: countedSpec(1), requester: by === requester ? by : engine.self }, 1_000).map(({ code }) => code);
    };
    expect(levels('process', 'full')).toEqual(['isolation-too-weak']);
    expect(levels('partial', 'full')).toEqual(['isolation-too-weak']);
    expect(levels('something else', 'process')).toEqual(['isolation-too-weak']);
    expect(levels('full', 'full')).toEqual([]);
    expect(levels('partial', 'process')).toEqual([]);
    expect(levels('process', 'full', 'itself' as never)).toEqual([]);
  });

  it('unless its deadline is past', () => {
    expect(codes(countedSpec(1, 2, { deadline: 1_000 }))).toEqual(['deadline-past']);
    expect(codes(countedSpec(1, 2, { deadline: 1_001 }))).toEqual([]);
  });

  it('unless it needs what this version cannot do', () => {
    expect(codes(countedSpec(1, 2, { requires: ['telepathy'] }))).toEqual(['ability-unknown']);
  });

  it('unless it serves as many as it may', () => {
    const busy = ({ worked, config }: Engine): void => {
      for (let i = 0; i < config.timings.maxWorkedJobs; i += 1) worked.set(`${i}` as never, { running: new Map() } as WorkedJob);
    };
    expect(codes(countedSpec(1), busy)).toEqual(['busy']);
  });

  it('only with the labels that it asks for, and says which are missing', () => {
    expect(codes(countedSpec(1, 2, { where: 'tier=gold' }))).toEqual(['label-missing']);
    expect(codes(countedSpec(1, 2, { where: 'region=us' }))).toEqual(['label-mismatch']);
  });

  it('and refuses with no more reasons, and no longer ones, than a message carries', () => {
    const { engine } = new TestMesh(1).add({ labels: { region: 'eu', a: '1' } });
    const many = Array.from({ length: 100 }, (_, i) => `a=${i + 2}`).join(',');
    const long = `a in (${Array.from({ length: 250 }, (_, i) => `${i + 2}`).join(',')})`.slice(0, 1_020);
    for (const where of [many, `${long.slice(0, long.lastIndexOf(','))})`]) {
      const reasons = admit(engine, { spec: countedSpec(1, 2, { where }), requester }, 1_000);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.length).toBeLessThanOrEqual(limits.maxReasons);
      for (const { text } of reasons) expect(text.length).toBeLessThanOrEqual(limits.maxTextLength);
    }
  });
});
