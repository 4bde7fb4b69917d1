import { describe, expect, it } from 'vitest';
import { countedSpec, dataset, holding, shardSpec } from '../testing/specs.ts';
import { holdsOf, match, type Offering } from './match.ts';

const offering: Offering = { slots: 2, memoryBytes: 1 << 30, engines: ['wasm'], determinismClass: 'x64', labels: { region: 'eu' }, datasets: [] };

function codes(spec: Parameters<typeof match>[0], more: Partial<Offering> = {}): string[] {
  const verdict = match(spec, { ...offering, ...more });
  return verdict.verdict === 'no' ? verdict.reasons.map(({ code }) => code) : [verdict.verdict];
}

describe('a peer matches a job', () => {
  it('when it has slots, the engine, the memory and the labels', () => {
    expect(codes(countedSpec(1))).toEqual(['yes']);
    expect(codes(countedSpec(1, 2, { where: 'region=eu' }))).toEqual(['yes']);
  });

  it('or not, with every reason', () => {
    const spec = countedSpec(1, 2, { where: 'region=us', resources: { ...countedSpec(1).resources, memoryBytes: 2 ** 31 } });
    expect(codes(spec, { slots: 0, engines: [] })).toEqual(['no-slots', 'engine-missing', 'memory-too-small', 'label-mismatch']);
  });

  it('perhaps, when a label that the job looks at is missing', () => {
    expect(match(countedSpec(1, 2, { where: 'tier=gold' }), offering)).toEqual({ verdict: 'unknown', missing: ['tier'] });
    expect(codes(countedSpec(1, 2, { where: 'tier=gold, region=us' }))).toEqual(['label-mismatch']);
  });

  it('whose shards must not move only where it holds one of them', () => {
    expect(codes(shardSpec(4, 'never'))).toEqual(['holds-no-shard']);
    expect(codes(shardSpec(4, 'allowed'))).toEqual(['yes']);
    expect(codes(shardSpec(4, 'never'), { datasets: [holding(4, (i) => i === 2)] })).toEqual(['yes']);
    expect(codes(shardSpec(4, 'never'), { datasets: [{ ...holding(4, () => true), cid: countedSpec(1).program.cid }] })).toEqual(['holds-no-shard']);
  });
});

describe('what a peer holds of a job', () => {
  it('is told by unit', () => {
    expect(holdsOf(shardSpec(4, 'never'), { datasets: [holding(4, (i) => i !== 1)] })).toEqual([true, false, true, true]);
    expect(holdsOf(countedSpec(4), { datasets: [holding(4, () => true)] })).toEqual([]);
  });

  it('ends where its bitmap does, however long the job is', () => {
    const short = { ...holding(4, () => true), cid: dataset };
    expect(holdsOf(shardSpec(20, 'never'), { datasets: [short] }).filter(Boolean)).toHaveLength(4);
  });
});
