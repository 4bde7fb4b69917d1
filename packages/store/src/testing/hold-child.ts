import { openJournal } from '../journal/journal.ts';
import { lockDataDirectory } from '../sqlite/lock.ts';

/** Holds a journal, or the lock of a data directory, until it is killed. */
const [what, path] = process.argv.slice(2) as [string, string];
const held: unknown = what === 'journal' ? openJournal({ path }) : lockDataDirectory(path);
process.stdout.write(`holds ${process.pid}\n`);
setInterval(() => held, 60_000);
