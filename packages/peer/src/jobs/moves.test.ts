import { expect, it } from 'vitest';
import type { Cid, PeerId } from '@shoal/runtime';
import { peerDefaults } from '../defaults.ts';
import { Moves } from './moves.ts';

const job = 'job' as Cid;
const [self, one, other] = ['self', 'one', 'other'] as [PeerId, PeerId, PeerId];
const move = (unit: number, ...from: [PeerId, number][]) => ({ at: unit, by: self, unit, from: new Map(from) });

it('tells what came from whom, and nothing of what was here already', () => {
  const moves = new Moves();
  moves.note(job, move(3, [one, 10], [other, 5]));
  moves.note(job, move(4));
  expect(moves.of(job)).toEqual([{ at: 3, by: self, what: 'fetched', units: [3], peers: [one, other], bytes: 15 }]);
  expect(moves.of('another' as Cid)).toEqual([]);
});

it('remembers so many of a job, and so many jobs', () => {
  const moves = new Moves();
  for (let unit = 0; unit <= peerDefaults.maxMovesPerJob; unit += 1) moves.note(job, move(unit, [one, 1]));
  expect(moves.of(job)).toHaveLength(peerDefaults.maxMovesPerJob);
  for (let count = 0; count < peerDefaults.maxMovedJobs; count += 1) moves.note(`job ${count}` as Cid, move(0, [one, 1]));
  expect(moves.of(job)).toEqual([]);
  expect(moves.of('job 0' as Cid)).toHaveLength(1);
});
