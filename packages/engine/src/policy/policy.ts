import type { PeerId } from '@shoal/runtime';
import type { Hours } from './hours.ts';

/** From the weakest to the strongest. */
export const isolationLevels = ['process', 'partial', 'full'] as const;

export type IsolationLevel = (typeof isolationLevels)[number];

/** What the owner of a peer lets others do with it. */
export interface Policy {
  /** Requesters that are never served, by their ids or their operators'. */
  denied: ReadonlySet<PeerId>;
  /** Those that are served, and no others. Absent: all. */
  allowed?: ReadonlySet<PeerId>;
  /** Programs of others that are not run, and those that are alone, by their CIDs or the names of their engines. */
  programs?: { denied?: ReadonlySet<string>; allowed?: ReadonlySet<string> };
  /** When it works for others. Absent: always. */
  hours?: Hours;
  /**
   * Whether peers seen in one block of addresses (/24, /48) count once in its own jobs' quorums: those of public addresses,
   * those of private ones too, or none. Default none.
   */
  sameNetwork?: 'public' | 'all' | 'none';
  /** Others are served only where the walls around their programs are at least so strong. Absent: whatever the walls. */
  minIsolation?: IsolationLevel;
}
