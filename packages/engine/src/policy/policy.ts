import type { PeerId } from '@shoal/runtime';

/** What the owner of a peer lets others do with it. */
export interface Policy {
  /** Requesters that are never served. */
  denied: ReadonlySet<PeerId>;
  /**
   * Whether peers seen in one block of addresses (/24, /48) count once in its own jobs' quorums: those of public addresses,
   * those of private ones too, or none. Default none.
   */
  sameNetwork?: 'public' | 'all' | 'none';
}
