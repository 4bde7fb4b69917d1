import type { PeerId } from '@shoal/runtime';

/** From the weakest to the strongest. */
export const isolationLevels = ['process', 'partial', 'full'] as const;

export type IsolationLevel = (typeof isolationLevels)[number];

/** What the owner of a peer lets others do with it. */
export interface Policy {
  /** Requesters that are never served. */
  denied: ReadonlySet<PeerId>;
  /**
   * Whether peers seen in one block of addresses (/24, /48) count once in its own jobs' quorums: those of public addresses,
   * those of private ones too, or none. Default none.
   */
  sameNetwork?: 'public' | 'all' | 'none';
  /** Others are served only where the walls around their programs are at least so strong. Absent: whatever the walls. */
  minIsolation?: IsolationLevel;
}
