import { join } from 'node:path';
import { openDatabase } from './open.ts';

/**
 * Takes a data directory for this process; fails with `store-locked` naming the process that has it.
 * A killed process leaves no stale lock.
 */
export function lockDataDirectory(dir: string): { release(): void } {
  const database = openDatabase(join(dir, 'lock'), { name: 'data directory', version: 1, sql: '' });
  // The first write makes the lock exclusive for as long as the database is open.
  let held = true;
  return {
    release(): void {
      if (held) database.close();
      held = false;
    },
  };
}
