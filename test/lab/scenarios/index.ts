import type { Scenario } from '../run/scenario.ts';
import { lan } from './lan.ts';
import { nat } from './nat.ts';

/** In the order in which they run: what the others stand on comes first. */
export const scenarios: readonly Scenario[] = [...lan, ...nat];
