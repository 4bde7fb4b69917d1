import { describeJournal } from '../testing/journal-conformance.ts';
import { createMemoryJournal } from './journal.ts';

describeJournal('The memory journal', () => {
  const journal = createMemoryJournal();
  return { journal, dispose: () => journal.close() };
});
