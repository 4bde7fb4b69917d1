import type { Scenario } from '../run/scenario.ts';
import { data } from './data.ts';
import { hostile } from './hostile.ts';
import { ipv6 } from './ipv6.ts';
import { lan } from './lan.ts';
import { links } from './links.ts';
import { names } from './names.ts';
import { nat } from './nat.ts';
import { partition } from './partition.ts';

/** In the order in which they run: what the others stand on comes first. */
export const scenarios: readonly Scenario[] = [...lan, ...names, ...nat, ...ipv6, ...links, ...partition, ...data, ...hostile];
