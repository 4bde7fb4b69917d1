import { join } from 'node:path';
import type { JournalRecord } from '@shoal/runtime';
import { openJournal } from '../../../packages/store/src/index.ts';

/** Jobs written in one commit. */
const batch = 500;

/**
 * Fills the journal of a peer that is not running with copies of a finished job of its own, until it holds so many.
 * They lie under other names: enough for whatever lists, starts or adds, which is what is measured.
 */
export function fillArchive(dataDir: string, jobs: number): { records: number } {
  const journal = openJournal({ path: join(dataDir, 'journal.sqlite') });
  try {
    const finished = journal.scopes({ closed: true }).map((scope) => ({ ...scope, records: [...journal.replay(scope.scope)] }));
    const model = finished.find(({ scope, summary, records }) => summary !== undefined && scope.startsWith('b') && records.length > 1);
    if (model?.summary === undefined) throw new Error(`There is no finished job in ${dataDir}`);
    const { summary, records } = model;
    for (let done = 0; done < jobs; done += batch) {
      const scopes = Array.from({ length: Math.min(batch, jobs - done) }, (_, i) => nameOf(model.scope, done + i));
      journal.append(scopes.flatMap((scope) => records.map((record): JournalRecord => ({ ...record, scope }))));
      for (const scope of scopes) journal.summarize(scope, summary, true);
    }
    return { records: records.length * jobs };
  } finally {
    journal.close();
  }
}

/** As long as a CID, and like one. */
function nameOf(model: string, i: number): string {
  const suffix = i.toString(36);
  return model.slice(0, -suffix.length - 1) + '0' + suffix;
}
