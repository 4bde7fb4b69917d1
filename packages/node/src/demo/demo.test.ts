import { expect, test } from 'vitest';
import type { Cid, PeerId } from '@shoal/runtime';
import { mergeFlights, parseFlightsTable } from '@shoal/workloads';
import type { UnitView } from '@shoal/peer';
import { createStyle } from '../output/style.ts';
import { jobView, otherPeerId, peerId } from '../testing/scripted-peer.ts';
import type { CentralTotals } from './check.ts';
import type { DemoPeer } from './peer.ts';
import { holdersOf } from './stages/data.ts';
import type { DemoState } from './state.ts';
import { createState } from './state.ts';
import { findProblems } from './verify.ts';
import { drawDemo } from './view.ts';

const table = Buffer.from('origin,flights,delay,distance,delayedHour\nORD,3,70,900,1\nPHX,1,-4,100,0\nmalformed,0,0,0,0\n');
const totals = mergeFlights([parseFlightsTable(table)]);
const central: CentralTotals = { rows: 4, distance: 1_000, delay: 66, delayedHour: 1, flightsByOrigin: new Map([['ORD', 3], ['PHX', 1]]) };
const peerOf = (number: number, id: PeerId): DemoPeer => ({ number, id, phase: 'up', groups: [] }) as unknown as DemoPeer;

function stateWith(unit: Partial<UnitView> = {}): DemoState {
  const units: UnitView[] = [{ unit: 0, state: 'accepted', running: [], committed: [], workers: [peerId, otherPeerId], failures: [], ...unit }];
  const peers = [peerOf(2, peerId), peerOf(3, otherPeerId)];
  const kill = { peer: peers[0] as DemoPeer, pid: 1, unit: 0, afterMs: 10, committedBefore: 0 };
  return { ...createState(), peers, shards: [{ name: 'part-00.csv', rows: 4, bytes: 1_000 }], job: jobView({ units: 1, accepted: 1 }), units, kill, dataset: 'bafy' as Cid };
}

test('each shard lies on two of three workers, evenly', () => {
  const counts = [0, 0, 0];
  for (let shard = 0; shard < 11; shard += 1) {
    expect(new Set(holdersOf(shard)).size).toBe(2);
    for (const place of holdersOf(shard)) counts[place] = (counts[place] ?? 0) + 1;
  }
  expect(counts.toSorted()).toEqual([7, 7, 8]);
});

test('a run in which everything is right has no problems', () => {
  expect(findProblems(stateWith(), totals, central, 999)).toEqual([]);
});

test('every wrong total, unverified unit and moved shard is named', () => {
  const problems = (state: DemoState, other: Partial<CentralTotals> = {}, moved = 0): string => findProblems(state, totals, { ...central, ...other }, moved).join('\n');
  expect(problems(stateWith(), { rows: 5 })).toContain('wrong total: rows is 4 by the mesh, 5 straight from the file');
  expect(problems(stateWith(), { delay: 67 })).toContain('delay');
  expect(problems(stateWith(), { flightsByOrigin: new Map([['ORD', 2], ['PHX', 2]]) })).toContain('flights from ORD is 3 by the mesh, 2');
  expect(problems(stateWith({ workers: [peerId, peerId] }))).toContain('unit 0 is unverified: accepted, 1 worker');
  expect(problems(stateWith({ workers: [peerId, 'stranger' as PeerId] }))).toContain('unverified');
  expect(problems(stateWith({ state: 'disputed' }))).toContain('disputed');
  expect(problems({ ...stateWith(), units: [] })).toContain('0 units for 1 shard');
  expect(problems({ ...stateWith(), job: jobView({ units: 1, accepted: 0 }) })).toContain('only 0 of 1');
  expect(problems(stateWith(), {}, 1_000)).toContain('1000 bytes crossed the wire');
  const { kill: _, ...unharmed } = stateWith();
  expect(problems(unharmed)).toContain('none was killed');
});

test('the picture shows stages, peers and units', () => {
  const state = stateWith();
  state.stages[0] = { name: 'join', state: 'done', text: 'all joined' };
  const lines = drawDemo(state, createStyle(false), 0).join('\n');
  expect(lines).toContain('✓ join   all joined');
  expect(lines).toContain('peer 2');
  expect(lines).toContain('1 of 1 accepted');
  expect(lines).toContain('of 2 committed');
});
