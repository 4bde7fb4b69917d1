import type { PeerId } from '@shoal/runtime';

/** How far the search for candidates whom we do not know has come. */
export interface Search {
  /** Circles asked in this search; each is twice as wide as the one before, up to a bound. */
  circles: number;
  /** Searches that ended without enough. */
  failures: number;
  dueAt: number;
  /** Peers asked in this search. */
  asked: Set<PeerId>;
}

export function newSearch(postedAt: number): Search {
  return { circles: 0, failures: 0, dueAt: postedAt, asked: new Set() };
}
