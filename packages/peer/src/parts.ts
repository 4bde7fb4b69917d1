import type { BlobStore, Clock, Crypto, Executor, Journal, Logger, Network, Random, Signer } from '@shoal/runtime';
import type { Driver, Engine } from '@shoal/engine';
import type { Changes } from './jobs/changes.ts';
import type { Datasets } from './data/datasets.ts';
import type { Moves } from './jobs/moves.ts';
import type { Members } from './members/members.ts';

/** What a running peer is made of. Each part of the library takes of it what it needs. */
export interface Parts {
  clock: Clock;
  random: Random;
  crypto: Crypto;
  signer: Signer;
  logger: Logger;
  network: Network;
  store: BlobStore;
  journal: Journal;
  /** Absent where the peer runs no units. */
  executor: Executor | undefined;
  engine: Engine;
  driver: Driver;
  changes: Changes;
  datasets: Datasets;
  moves: Moves;
  /** Of a private mesh. */
  members: Members | undefined;
  /** Running units are saved so often; absent: as the defaults say. */
  checkpointEveryMs?: number | undefined;
  /** Aborted when the peer stops. */
  stopping: AbortSignal;
}
