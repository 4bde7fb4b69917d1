import { describe, expect, it } from 'vitest';
import { decodeValue, decodeWith, encodeWith, parseValue } from '../codec.ts';
import { sampleSpec } from '../testing/samples.ts';
import { jobSpec, unitCount, type JobSpec } from './job-spec.ts';

function taken(change: Partial<JobSpec>): boolean {
  try {
    encodeWith(jobSpec, { ...sampleSpec, ...change });
    return true;
  } catch {
    return false; // which field, is tested where encodeWith is
  }
}

const { units } = sampleSpec;
const shardNamed = (name: string): Partial<JobSpec> => (units.kind === 'shards' ? { units: { ...units, shards: [{ ...(units.shards[0] as (typeof units.shards)[0]), name }] } } : {});

describe('a job spec', () => {
  it('comes back as it was written', () => {
    expect(decodeWith(jobSpec, encodeWith(jobSpec, sampleSpec), 10_000, 'spec')).toEqual(sampleSpec);
    expect(unitCount(sampleSpec)).toBe(2);
  });

  it('names shards by names that are safe on any disk', () => {
    expect(taken(shardNamed('part 1 — größer.csv'))).toBe(true);
    const unsafe = ['', '.', '..', 'a/b', 'a\\b', 'a\nb', '\u009b', 'x'.repeat(256)];
    expect(unsafe.filter((name) => taken(shardNamed(name)))).toEqual([]);
  });

  it('holds thousands of shards, and is refused at the first that is none', () => {
    if (units.kind !== 'shards') throw new Error('the sample has shards');
    const [one] = units.shards;
    const many = Array.from({ length: 8_192 }, (_, i) => ({ ...(one as (typeof units.shards)[0]), name: `part-${i}` }));
    const spec = { ...sampleSpec, units: { ...units, shards: many } };
    expect(decodeWith(jobSpec, encodeWith(jobSpec, spec), 1_048_576, 'spec')).toEqual(spec);
    expect(taken({ units: { ...units, shards: [...many, ...units.shards] } })).toBe(false);
    expect(taken({ units: { ...units, shards: [] } })).toBe(false);
    const raw = decodeValue(encodeWith(jobSpec, spec), 1_048_576) as { units: { shards: unknown[] } };
    raw.units.shards = raw.units.shards.map((shard, i) => (i < 3 ? shard : {}));
    expect(() => parseValue(jobSpec, raw, 'spec')).toThrow(/^Cannot take a spec: spec\.units\.shards\.3\.name: /);
  });

  it('has arguments and variables that a program can read whole', () => {
    expect(taken({ args: ['', 'a=b', 'two\nlines'], env: { A_1: 'x=y' } })).toBe(true);
    for (const change of [{ args: ['a\0b'] }, { env: { '': 'x' } }, { env: { 'A=B': 'x' } }, { env: { 'A\0': 'x' } }, { env: { A: '\0' } }]) expect(taken(change)).toBe(false);
  });

  it('keeps within its numbers', () => {
    expect(taken({ retries: -1 })).toBe(false);
    expect(taken({ retries: 1.5 })).toBe(false);
    expect(taken({ verify: { quorum: 0 } })).toBe(false);
    expect(taken({ deadline: Number.POSITIVE_INFINITY })).toBe(false);
    expect(taken({ units: { kind: 'count', count: 1_000_001 } })).toBe(false);
    expect(taken({ name: '\u001b[2Jclean' })).toBe(false);
  });
});
