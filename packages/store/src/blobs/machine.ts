import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

const bootIdFile = '/proc/sys/kernel/random/boot_id';

/**
 * Whether the machine has, for all that is known, run without a break since this database was last
 * opened: only then is everything that was written surely still there.
 */
export function sameBoot(database: DatabaseSync): boolean {
  const boot = bootId();
  const last = database.prepare('SELECT boot FROM machine').get()?.['boot'];
  if (boot !== undefined && boot === last) return true;
  database.exec('DELETE FROM machine');
  if (boot !== undefined) database.prepare('INSERT INTO machine VALUES (?)').run(boot);
  return false;
}

function bootId(): string | undefined {
  try {
    return readFileSync(bootIdFile, 'utf8').trim();
  } catch {
    return undefined; // other systems have no such file: every start counts as a new boot
  }
}
