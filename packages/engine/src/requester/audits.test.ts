import type { Cid, PeerId } from '@shoal/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../engine.ts';
import { emptyUnit, type UnitFacts } from '../ledger/unit-facts.ts';
import { Standings } from '../verify/standing.ts';
import { compareLate } from './audits.ts';
import type { RequestedJob } from './job.ts';
import { invite } from './runners.ts';

const [x, y] = ['x', 'y'] as unknown as [Cid, Cid];
const [a, b, c] = ['a', 'b', 'c'] as unknown as [PeerId, PeerId, PeerId];
const [requester, steward] = ['requester', 'steward'] as unknown as [PeerId, PeerId];

let standings: Standings;
let facts: UnitFacts;
let job: RequestedJob;

beforeEach(() => {
  standings = new Standings();
  facts = emptyUnit(() => true);
  const ledger = { unit: () => facts, origins: new Map() };
  job = { spec: { verify: { quorum: 2, adaptive: true } }, audits: new Set(), runners: new Map(), accepting: new Map(), requester, ledger } as unknown as RequestedJob;
  for (const peer of [a, b, c]) for (let i = 0; i < 12; i += 1) standings.valid(peer);
});

function show(worker: PeerId, result: Cid, isGiven = true): void {
  if (isGiven) invite(job, 0, worker);
  facts.commitments.set(worker, new Set(['opens']));
  facts.revealed.set(worker, new Map([['opens', { result, document: new Uint8Array(), opens: 'opens' }]]));
}

function accepted(result: Cid, ...workers: PeerId[]): void {
  for (const worker of workers) show(worker, result);
  facts.accepted.set(result, new Set(workers));
  facts.acceptedBy.set(result, new Set([requester]));
}

function late(worker: PeerId, result: Cid, isGiven = true): PeerId[] {
  show(worker, result, isGiven);
  return compareLate({ engine: { standings } } as unknown as Turn, job, 0, worker);
}

describe('a late result', () => {
  it('that agrees confirms the one whose word alone was accepted', () => {
    accepted(x, a);
    expect(late(b, x)).toEqual([]);
    expect([a, b].map((peer) => standings.of(peer).valid)).toEqual([13, 13]);
    expect(job.audits.size).toBe(0);
  });

  it('that differs from what a quorum agreed on is wrong', () => {
    accepted(x, a, b);
    expect(late(c, y)).toEqual([c]);
    expect(standings.isSuspect(c)).toBe(true);
    expect(standings.isTrusted(a)).toBe(true);
  });

  it('that differs where one is enough says nothing about either', () => {
    Object.assign(job.spec.verify, { quorum: 1, adaptive: false });
    accepted(x, a);
    expect(late(b, y)).toEqual([]);
    expect([a, b].map((peer) => standings.isTrusted(peer))).toEqual([true, true]);
  });

  it('that differs from one peer’s word ends the trust in both until somebody else has run it', () => {
    accepted(x, a);
    expect(late(b, y)).toEqual([]);
    expect([a, b].map((peer) => standings.isTrusted(peer))).toEqual([false, false]);
    expect([a, b].map((peer) => standings.isSuspect(peer))).toEqual([false, false]);
    expect([...job.audits]).toEqual([0]);
  });

  it.each([
    ['a late one', x, b],
    ['the accepted one', y, a],
  ] as const)('shows by a third that %s was wrong', (_which, third, wrong) => {
    accepted(x, a);
    late(b, y);
    expect(late(c, third)).toEqual([wrong]);
    expect(standings.isSuspect(wrong)).toBe(true);
    expect(job.audits.size).toBe(0);
  });

  it('is judged once, however often it is shown, and so is what was judged with it', () => {
    accepted(x, a);
    for (let i = 0; i < 20; i += 1) late(b, x);
    late(c, x);
    expect([a, b, c].map((peer) => standings.of(peer).valid)).toEqual([13, 13, 13]);
  });

  it('says nothing about anybody where its worker was not given the unit', () => {
    accepted(x, a);
    expect(late(b, y, false)).toEqual([]);
    expect(job.audits.size).toBe(0);
    accepted(x, a, c);
    expect(late(b, x, false)).toEqual([]);
    expect([a, b].map((peer) => standings.of(peer).validInRow)).toEqual([12, 12]);
  });

  it('that differs from what a quorum agreed on is wrong also where its worker was given the unit by somebody else', () => {
    accepted(x, a, c);
    expect([...late(b, y, false), ...late(b, y, false)]).toEqual([b]);
    expect(standings.of(b).invalid).toBe(1);
  });

  it('is compared with what we accept, whatever a steward accepted before', () => {
    facts.accepted.set(y, new Set([steward]));
    facts.acceptedBy.set(y, new Set([steward]));
    expect(late(c, x)).toEqual([]);
    expect(standings.of(c).invalid).toBe(0);
    accepted(x, a);
    expect(late(b, x)).toEqual([]);
    expect([a, b].map((peer) => standings.of(peer).valid)).toEqual([13, 13]);
  });

  it('is compared also before the entry that accepts the unit is signed', () => {
    job.accepting.set(0, { result: x, workers: new Set([a, b]) });
    expect(late(c, y)).toEqual([c]);
  });

  it('of a stranger takes no trust from a peer with a record: the unit is run once more, and that decides', () => {
    const stranger = 'stranger' as PeerId;
    accepted(x, a);
    expect(late(stranger, y)).toEqual([]);
    expect(standings.isTrusted(a)).toBe(true);
    expect([...job.audits]).toEqual([0]);
    expect(late(c, y)).toEqual([a]);
  });

  it('is not sought without end where everybody comes to another one', () => {
    accepted(x, a);
    late(b, y);
    late(c, 'z' as unknown as Cid);
    expect(job.audits.size).toBe(1);
    late('d' as PeerId, 'w' as unknown as Cid);
    expect(job.audits.size).toBe(0);
  });
});
