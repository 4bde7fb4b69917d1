import { expect, it } from 'vitest';
import { createMetrics, silentLogger, type PeerId } from '@shoal/runtime';
import { networkDefaults, type NetworkLimits } from '../defaults.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createGuard } from './guard.ts';

const [one, other] = ['one', 'other'] as [PeerId, PeerId];

function setUp(limits: Partial<NetworkLimits> = {}) {
  const clock = createManualClock();
  const cut: PeerId[] = [];
  const guard = createGuard({ clock, logger: silentLogger, metrics: createMetrics(), limits: { ...networkDefaults, ...limits }, disconnect: (peer) => void cut.push(peer) });
  return { clock, cut, guard };
}

it('cuts off at the bound and not below it, and only whom it concerns', () => {
  const { guard, cut } = setUp();
  guard.report(one, 99, 'much');
  guard.report(other, 99, 'much');
  expect(cut).toEqual([]);
  guard.report(one, 1, 'and more');
  expect(cut).toEqual([one]);
  expect([one, other].map((peer) => guard.isBanned(peer))).toEqual([true, false]);
});

it('forgives with time what is small and rare', () => {
  const { guard, cut, clock } = setUp();
  for (let turn = 0; turn < 1_000; turn += 1) {
    guard.report(one, 25, 'now and then');
    clock.at += 30_000;
  }
  expect(cut).toEqual([]);
});

it('takes nothing for an offence that weighs nothing', () => {
  const { guard, cut } = setUp();
  for (let turn = 0; turn < 1_000; turn += 1) guard.report(one, 0, 'a message of a later version');
  expect(cut).toEqual([]);
});

it('lets a peer back in after its ban, with less to lose; what it sent before makes the ban no longer', () => {
  const { guard, cut, clock } = setUp();
  guard.report(one, 100, 'forged');
  clock.at = 30_000;
  guard.report(one, 100, 'read late');
  clock.at = networkDefaults.banMs;
  expect(guard.isBanned(one)).toBe(false);
  guard.report(one, 60, 'again');
  expect(cut).toEqual([one, one]);
});

it('remembers so many offenders and no more', () => {
  const { guard, cut } = setUp({ maxOffenders: 2 });
  for (const peer of [one, other, 'third'] as PeerId[]) guard.report(peer, 60, 'once');
  guard.report(one, 60, 'forgotten meanwhile');
  guard.report('third' as PeerId, 60, 'not forgotten');
  expect(cut).toEqual(['third']);
});
