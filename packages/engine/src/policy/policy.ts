import type { PeerId } from '@shoal/runtime';

/** What the owner of a peer lets others do with it. */
export interface Policy {
  /** Requesters that are never served. */
  denied: ReadonlySet<PeerId>;
}
