import { openJournal } from '../journal/journal.ts';

/**
 * Appends to the journal named by its argument without end, two records and a note at a time, and
 * says after each append that it was acknowledged. It is there to be killed.
 */
const journal = openJournal({ path: process.argv[2] as string });
for (let at = 0; ; at += 1) {
  const bytes = new TextEncoder().encode(`record ${at}`);
  journal.append([
    { scope: `job ${at % 3}`, kind: 'entry', key: `a${at}`, bytes },
    { scope: '', kind: 'entry', key: `b${at}`, bytes },
    { scope: '', kind: 'note', key: 'last', bytes },
  ]);
  process.stdout.write(`${at}\n`);
}
