import { expect, test } from 'vitest';
import { clockEpochNs } from '../../limits.ts';
import { clockRound, virtualClock } from './sql-clock.ts';

test.each([
  ['SELECT system.main.now()', 'the schema system'],
  ['SELECT "system" . "main"."now"()', 'the schema system'],
  ["SET search_path = 'system'", 'search_path'],
  ['drop /* it */ macro now; SELECT now()', 'DROP MACRO'],
])('%s leads round the virtual clock', (source, what) => expect(clockRound(source)).toBe(what));

test.each(["SELECT 'system.main.now()'", 'SELECT 1 -- system.now', 'SELECT now(), current_date', 'FROM systems.a', 'SELECT ecosystem.x FROM ecosystem'])(
  '%s does not',
  (source) => expect(clockRound(source)).toBeUndefined(),
);

test('the virtual clock begins where that of other programs does', () => {
  const start = new Date(Number(clockEpochNs / 1_000_000n)).toISOString().replace('T', ' ').slice(0, 19);
  expect(virtualClock[0]).toBe(`CREATE MACRO now() AS TIMESTAMPTZ '${start}+00'`);
});
