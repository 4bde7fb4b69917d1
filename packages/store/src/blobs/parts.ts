import type { Clock, Logger } from '@shoal/runtime';
import type { Contents } from '../catalogue/contents.ts';
import type { Nodes } from '../catalogue/nodes.ts';
import type { Pins } from '../catalogue/pins.ts';
import type { Usage } from '../catalogue/usage.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import type { ContentFiles } from './content-files.ts';
import type { Ballast } from './ballast.ts';
import type { Quota } from './quota.ts';

/** What the operations of the store on disk work with. Changes of the catalogue go through `commits`. */
export interface StoreParts {
  contents: Contents;
  nodes: Nodes;
  pins: Pins;
  usage: Usage;
  files: ContentFiles;
  commits: GroupCommit;
  quota: Quota;
  ballast: Ballast;
  /** Leaves being written now, by file and offset. */
  placing: Map<string, Promise<void>>;
  /** Files that are given up and may still be in the catalogue. */
  discarded: Set<number>;
  /** Blocks given to others: every so many are hashed. */
  served: number;
  clock: Clock;
  logger: Logger;
}
