import type { Cid, PeerId } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { defaults } from '../defaults.ts';
import type { Turn } from '../engine.ts';
import { dropCheckpoint, dropSpent, holdCheckpoint, receiveCheckpointed, resumeFor } from './checkpoints.ts';
import type { Lease, RequestedJob } from './job.ts';

const [alice, bob] = ['alice', 'bob'] as PeerId[] as [PeerId, PeerId];
const [first, second] = ['first', 'second'] as Cid[] as [Cid, Cid];

function rigOf(quorum: number, checkpoint?: JobSpec['checkpoint']) {
  const leaseOf = (worker: PeerId, unit?: number): Lease => ({ worker, assigned: new Map(unit === undefined ? [] : [[unit, 0]]) }) as unknown as Lease;
  const leases = { alice: leaseOf(alice, 3), bob: leaseOf(bob) };
  const job = {
    job: 'job',
    outcome: 'open',
    spec: { verify: { quorum }, checkpoint },
    leases: new Map(Object.entries(leases)),
    checkpoints: new Map(),
    unmovable: undefined,
  } as unknown as RequestedJob;
  const turn = { effects: [], engine: { config: { timings: defaults }, requested: new Map([['job', job]]) } } as unknown as Turn;
  const hold = (checkpoint: Cid, ok: boolean): void => holdCheckpoint(turn, { type: 'checkpoint-held', job: job.job, unit: 3, checkpoint, ok });
  const tell = (from: PeerId, fuel: number, cid: Cid, bytes = 100, unit = 3): void => receiveCheckpointed(turn, job, from, { job: job.job, unit, fuel, checkpoint: cid, bytes });
  return { job, turn, leases, tell, hold };
}

describe('a checkpoint that a worker tells of', () => {
  it('is brought here, and named to another worker once it is', () => {
    const { job, turn, leases, tell, hold } = rigOf(1);
    tell(alice, 10, first);
    expect(turn.effects).toEqual([{ type: 'save', job: 'job', unit: 3, checkpoint: first, bytes: 100, from: alice }]);
    expect(resumeFor(job, leases.bob, 3)).toBeUndefined();
    hold(first, true);
    expect(resumeFor(job, leases.bob, 3)).toBe(first);
    expect(resumeFor(job, leases.alice, 3), 'its own it has by itself').toBeUndefined();
    dropCheckpoint(turn, job, 3);
    expect(resumeFor(job, leases.bob, 3)).toBeUndefined();
    expect(turn.effects.at(-1)).toEqual({ type: 'unsave', job: 'job', unit: 3 });
  });

  it('is of no use once the unit ran out of time, and stays good for whatever else it failed of', () => {
    const { job, turn, leases, tell, hold } = rigOf(1);
    tell(alice, 10, first);
    hold(first, true);
    dropSpent(turn, job, 3, 'sandbox-crashed');
    expect(resumeFor(job, leases.bob, 3)).toBe(first);
    dropSpent(turn, job, 3, 'wall-time-exceeded');
    expect(resumeFor(job, leases.bob, 3)).toBeUndefined();
  });

  it('stays good until a later one is here, and where that cannot be had', () => {
    const { job, leases, tell, hold } = rigOf(1);
    tell(alice, 10, first);
    hold(first, true);
    tell(alice, 10, second);
    expect(job.checkpoints.get(3)?.coming, 'it is no later').toBeUndefined();
    tell(alice, 11, second);
    expect(resumeFor(job, leases.bob, 3)).toBe(first);
    hold(second, false);
    expect(resumeFor(job, leases.bob, 3)).toBe(first);
    tell(alice, 12, second);
    hold(second, true);
    expect(resumeFor(job, leases.bob, 3)).toBe(second);
  });

  it('is brought here one at a time, however many a worker tells of', () => {
    const { turn, tell } = rigOf(1);
    for (let fuel = 10; fuel < 500; fuel += 1) tell(alice, fuel, `${first}${fuel}` as Cid);
    expect(turn.effects).toHaveLength(1);
  });

  it('is not brought here beyond the room for all of them', () => {
    const { job, turn, leases, tell } = rigOf(1);
    const most = defaults.maxSavedBytes / defaults.maxCheckpointBytes;
    for (let unit = 0; unit < 2 * most; unit += 1) {
      leases.alice.assigned.set(unit, 0);
      tell(alice, 10, `${first}${unit}` as Cid, defaults.maxCheckpointBytes, unit);
    }
    expect(turn.effects.filter(({ type }) => type === 'save')).toHaveLength(most);
    expect(job.unmovable?.code).toBe('checkpoints-full');
  });

  it('may go again when it comes too late', () => {
    const { job, turn, tell, hold } = rigOf(1);
    tell(alice, 10, first);
    dropCheckpoint(turn, job, 3);
    hold(first, true);
    expect(turn.effects.slice(1)).toEqual([{ type: 'unsave', job: 'job', unit: 3 }, { type: 'unsave', job: 'job', unit: 3 }]);
    turn.engine.requested.clear();
    hold(first, true);
    expect(turn.effects).toHaveLength(4);
  });

  it('is never named where votes are to be independent of each other', () => {
    const { job, turn, leases, tell } = rigOf(2);
    tell(alice, 10, first);
    expect(turn.effects).toEqual([]);
    job.checkpoints.set(3, { here: { checkpoint: first, fuel: 10, bytes: 100, by: alice } });
    expect(resumeFor(job, leases.bob, 3)).toBeUndefined();
  });

  it('is passed over from a peer that does not run the unit, and where none is wanted', () => {
    const { turn, tell } = rigOf(1);
    tell(bob, 10, first);
    tell(alice, 10, first, 100, 4);
    rigOf(1, 'never').tell(alice, 10, first);
    expect(turn.effects).toEqual([]);
  });

  it('is not brought here when it is too large, and whoever looks at the job is told so, once', () => {
    const { job, turn, tell } = rigOf(1);
    tell(alice, 10, first, defaults.maxCheckpointBytes + 1);
    tell(alice, 20, second, defaults.maxCheckpointBytes + 2);
    expect(turn.effects).toEqual([{ type: 'changed', job: 'job' }]);
    expect(job.unmovable?.code).toBe('checkpoint-too-large');
    expect(job.unmovable?.text).toContain(String(defaults.maxCheckpointBytes + 1));
  });

  it('or why there is none, is told to whoever looks at the job', () => {
    const { job, turn } = rigOf(2);
    receiveCheckpointed(turn, job, alice, { job: job.job, unit: 3, fuel: 0, reason: { code: 'exceptions', text: 'it throws' } });
    expect(job.unmovable).toEqual({ code: 'exceptions', text: 'it throws' });
  });
});
