import { misfitsOf, type Misfit } from '../market/misfits.ts';
import { parseSelector } from '../market/selector.ts';
import type { Engine } from '../engine.ts';

/** Why none of the peers that are known here and work has the labels that a selector asks for. */
export function labelMisfits({ roster }: Pick<Engine, 'roster'>, where: string, now: number): Misfit[] {
  const selector = parseSelector(where);
  if (selector.length === 0) return [];
  return misfitsOf(selector, roster.all().filter(({ value, expiresAt }) => value.slots > 0 && expiresAt > now).map(({ value }) => value.labels));
}
