import { utcTime } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import type { RequestedJob } from '../requester/job.ts';
import { resultOf, type Behaviour } from '../testing/behaviours.ts';
import { leftoversOf } from '../testing/leftovers.ts';
import { TestMesh, type TestPeer } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';
import { waitingOf } from '../views/waiting.ts';

const weekMinutes = 7 * 1_440;
const taking = (afterMs: number): Behaviour => (_spec, unit) => ({ afterMs, outcome: resultOf(unit) });

/** Lends it to others from so many minutes from now on, for so many. */
function lend(mesh: TestMesh, { engine }: TestPeer, inMinutes: number, forMinutes: number): void {
  const { weekday, minute } = utcTime(mesh.now);
  const from = (weekday * 1_440 + minute + inMinutes + weekMinutes) % weekMinutes;
  engine.config.policy = { denied: new Set(), hours: { ranges: [{ from, to: from + forMinutes }], localTime: utcTime } };
}

function meet(mesh: TestMesh, ...peers: TestPeer[]): void {
  expect(mesh.runUntil(() => peers.every(({ engine }) => engine.roster.size === mesh.peers.length), 10_000)).toBe(true);
}

describe('outside of its owner\'s hours', () => {
  it('a peer is not even asked, the requester reads when it is lent again, and then it works', () => {
    const mesh = new TestMesh(1);
    const [requester, worker] = [mesh.add({ slots: 0 }), mesh.add({})];
    lend(mesh, worker, 10, 60);
    mesh.restart(worker);
    meet(mesh, requester, worker);
    expect(requester.engine.roster.get(worker.id)?.value).toMatchObject({ free: 0, opensAt: expect.any(Number) });
    const job = mesh.submit(requester, countedSpec(2, 1));
    mesh.runUntil(() => false, 60_000);
    expect(mesh.sent.get('offer') ?? 0).toBe(0);
    expect(waitingOf(requester.engine.requested.get(job) as RequestedJob)[0]).toMatchObject({ code: 'outside-hours', text: expect.stringMatching(/^a known peer would do .* again from ... ..:.. UTC on$/) });
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 600_000)).toBe(true);
  });

  it('a peer runs what its owner asks for', () => {
    const mesh = new TestMesh(2);
    const worker = mesh.add({});
    lend(mesh, worker, 10, 60);
    mesh.restart(worker);
    const job = mesh.submit(worker, countedSpec(2, 1));
    expect(mesh.runUntil(() => worker.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
  });

  it('what waits goes to others at once, what runs may end, and what takes too long is stopped and given up', () => {
    const mesh = new TestMesh(3);
    const requester = mesh.add({ slots: 0 });
    const [closing, other] = [mesh.add({ slots: 2, behaviour: taking(40_000) }), mesh.add({ slots: 2, behaviour: taking(10_000) })];
    lend(mesh, closing, 0, 2);
    mesh.step(closing, { type: 'start' });
    meet(mesh, requester, closing, other);
    const job = mesh.submit(requester, countedSpec(60, 1));
    const worked = (): number => closing.engine.worked.get(job)?.running.size ?? 0;
    expect(mesh.runUntil(() => worked() === 2, 20_000)).toBe(true);
    expect(mesh.runUntil(() => closing.engine.closedAt !== undefined, 180_000)).toBe(true);
    const closedAt = mesh.now;
    const before = mesh.executed.filter(({ peer }) => peer === closing.id).length;
    closing.behaviour = () => undefined;
    expect(mesh.runUntil(() => !closing.engine.worked.has(job), 120_000)).toBe(true);
    // Those that ran ended within the grace; no other was begun.
    expect(mesh.executed.filter(({ peer }) => peer === closing.id).length).toBe(before + 2);
    expect(mesh.now - closedAt).toBeLessThanOrEqual(60_000);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 1_200_000)).toBe(true);
    mesh.runUntil(() => false, 700_000);
    expect(leftoversOf(mesh)).toEqual([]);
  });

  it('a run without end is told to save itself, and is somebody else\'s soon after', () => {
    const mesh = new TestMesh(4);
    const requester = mesh.add({ slots: 0 });
    const closing = mesh.add({ slots: 1, behaviour: () => undefined });
    lend(mesh, closing, 0, 1);
    mesh.step(closing, { type: 'start' });
    meet(mesh, requester, closing);
    const job = mesh.submit(requester, countedSpec(1, 1));
    expect(mesh.runUntil(() => closing.running.size === 1, 20_000)).toBe(true);
    expect(mesh.runUntil(() => closing.engine.closedAt !== undefined, 120_000)).toBe(true);
    const { hoursGraceMs, haltMs } = closing.config.timings;
    mesh.runUntil(() => false, hoursGraceMs - 5_000);
    expect(closing.running.size).toBe(1);
    mesh.runUntil(() => false, haltMs + 10_000);
    expect(closing.running.size).toBe(0);
    expect(closing.engine.worked.size).toBe(0);
    const other = mesh.add({ slots: 1 });
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 180_000)).toBe(true);
    expect(mesh.executed.every(({ peer }) => peer === other.id)).toBe(true);
  });
});
