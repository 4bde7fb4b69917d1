import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { networkDefaults } from '../defaults.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createReachability } from './reachability.ts';

const near = (peer: string) => ({ peer: peer as PeerId, far: false });
const far = (peer: string) => ({ peer: peer as PeerId, far: true });

it('asks a few and believes one that came through', () => {
  const reachability = createReachability(createManualClock(), networkDefaults);
  const asked = reachability.due([near('a'), near('b'), near('c'), near('d')]);
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(reachability.due([near('a'), near('d')])).toEqual([]);
  reachability.note('a' as PeerId, 'not reached');
  expect(reachability.verdict).toBe('unreachable');
  reachability.note('b' as PeerId, 'reached');
  expect(reachability.verdict).toBe('reachable');
});

it('takes the word of those beyond the own network over that of neighbours on it', () => {
  const reachability = createReachability(createManualClock(), networkDefaults);
  for (const peer of reachability.due([near('a')])) reachability.note(peer, 'reached');
  expect(reachability.verdict).toBe('reachable');
  expect(reachability.due([near('a'), near('b'), far('z')])).toEqual(['z']);
  reachability.note('z' as PeerId, 'not reached');
  expect(reachability.verdict).toBe('unreachable');
});

it('asks one that refused again soon, and everybody again later', () => {
  const clock = createManualClock();
  const reachability = createReachability(clock, networkDefaults);
  for (const peer of reachability.due([far('a')])) reachability.note(peer, 'refused');
  expect(reachability.verdict).toBe('unknown');
  expect(reachability.due([far('a')])).toEqual([]);
  clock.at += networkDefaults.refusedAgainMs + 1;
  for (const peer of reachability.due([far('a')])) reachability.note(peer, 'not reached');
  expect(reachability.due([far('a')])).toEqual([]);
  clock.at += networkDefaults.unreachableAgainMs + 1;
  expect(reachability.due([far('a')])).toEqual(['a']);
});

it('knows nothing about a new address', () => {
  const reachability = createReachability(createManualClock(), networkDefaults);
  for (const peer of reachability.due([far('a')])) reachability.note(peer, 'reached');
  reachability.moved();
  expect(reachability.verdict).toBe('unknown');
  expect(reachability.due([far('a')])).toEqual(['a']);
});
