import { limits, type JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { authorOf } from '../testing/facts.ts';
import { TestMesh } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';
import type { WorkedJob } from '../worker/job.ts';
import { admit } from './admit.ts';
import type { IsolationLevel } from './policy.ts';

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
