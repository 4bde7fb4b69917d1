import type { PeerId } from '@shoal/runtime';

/**
 * Units of an adaptive job for which one peer's word is to be enough. An acceptance is for ever, so a lone result waits:
 * lots decide which results of a peer somebody else checks, after it has shown them, and what it showed before that
 * one is accepted with it. Should it have lied there, nothing of that counts.
 */
export interface Beliefs {
  /** Whose word is to be enough, by unit; who fell out of favour has no entry any more. */
  given: Map<number, Set<PeerId>>;
  /** Units with a lone result that waits, and under whose name. */
  waiting: Map<number, PeerId>;
  /** Of those, by name: what was shown since the last check was drawn. */
  since: Map<PeerId, number[]>;
  /** Units that are checked, whose word that is, what is accepted with it, and whether somebody else has confirmed it. */
  checks: Map<number, { of: PeerId; units: number[]; isPassed: boolean }>;
}

export function noBeliefs(): Beliefs {
  return { given: new Map(), waiting: new Map(), since: new Map(), checks: new Map() };
}
