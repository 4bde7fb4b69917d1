import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Logger } from '@shoal/runtime';
import { Contents } from '../catalogue/contents.ts';
import { Nodes } from '../catalogue/nodes.ts';
import { Pins } from '../catalogue/pins.ts';
import { catalogueSchema } from '../catalogue/schema.ts';
import { Usage } from '../catalogue/usage.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import { markDatabase, openCipher } from '../encryption/open-cipher.ts';
import { openDatabase } from '../sqlite/open.ts';
import { settle } from './arriving.ts';
import { Ballast } from './ballast.ts';
import { ContentFiles } from './content-files.ts';
import { removeDoomed } from './importing.ts';
import { inspectContent } from './inspect.ts';
import { sameBoot } from './machine.ts';
import type { StoreParts } from './parts.ts';
import { Quota } from './quota.ts';

export interface BlobStoreOptions {
  /** Where the catalogue and the files lie; made if need be. */
  dir: string;
  clock: Clock;
  logger: Logger;
  /** Most bytes to store. Default: as many as the disk holds. */
  quotaBytes?: number;
  /** Secret bytes under which a new store is encrypted, and by which it is opened ever after. */
  key?: Uint8Array | undefined;
}

export interface OpenedStore {
  parts: StoreParts;
  database: DatabaseSync;
}

/** Opens the store for this process alone and puts right what a crash left behind. */
export async function openStore(options: BlobStoreOptions): Promise<OpenedStore> {
  const catalogue = join(options.dir, 'catalogue.sqlite');
  const cipher = openCipher(catalogue, options.key);
  const database = openDatabase(catalogue, catalogueSchema);
  try {
    markDatabase(database, catalogue, cipher);
    const usage = new Usage(database);
    const contents = new Contents(database, usage);
    const files = new ContentFiles(join(options.dir, 'content'), options.logger, {
      expects: (id) => !parts.discarded.has(id) && (contents.byId(id)?.state ?? 'doomed') !== 'doomed',
      opened: (id, handle) => inspectContent(parts, id, handle),
    }, cipher);
    const ballast = new Ballast(join(options.dir, 'ballast'), options.logger);
    const parts: StoreParts = {
      contents,
      nodes: new Nodes(database, usage, cipher),
      pins: new Pins(database),
      usage,
      files,
      ballast,
      commits: new GroupCommit(database, options.clock, () => ballast.drop()),
      quota: new Quota(usage, options.quotaBytes),
      placing: new Map(),
      discarded: new Set(),
      served: 0,
      clock: options.clock,
      logger: options.logger,
    };
    await files.prepare();
    if (!sameBoot(database)) contents.suspectAllArriving();
    await recover(parts);
    await ballast.load();
    return { parts, database };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Sweeps interrupted imports, and completes files whose last leaf came just before the end. */
async function recover(parts: StoreParts): Promise<void> {
  const interrupted = parts.contents.byState('importing').map(({ id }) => id);
  if (interrupted.length > 0) {
    parts.logger.info('Removing interrupted imports', { files: interrupted.length });
    await parts.commits.run('written', () => interrupted.forEach((id) => parts.contents.doom(id)));
  }
  await removeDoomed(parts, parts.contents.byState('doomed').map(({ id }) => id));
  for (const { id, bytes, bytesHere } of parts.contents.byState('arriving')) if (bytes === bytesHere) await settle(parts, id);
}
