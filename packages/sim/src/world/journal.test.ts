import type { JournalRecord } from '@shoal/runtime';
import { expect, test } from 'vitest';
import { Crash, SimJournal } from './journal.ts';

const record = (kind: JournalRecord['kind'], key: string, text = key): JournalRecord => ({ scope: 'a', kind, key, bytes: new TextEncoder().encode(text) });
const textsOf = (journal: SimJournal): string[] => [...journal.replay('a')].map(({ kind, key, bytes }) => `${kind} ${key} ${new TextDecoder().decode(bytes)}`);

test('it keeps the first of an entry and the last of a note, which then is last', () => {
  const journal = new SimJournal();
  journal.append([record('entry', 'k', 'first'), record('note', 'k', 'first'), record('entry', 'other')]);
  journal.append([record('entry', 'k', 'second'), record('note', 'k', 'second')]);
  expect(textsOf(journal)).toEqual(['entry k first', 'entry other other', 'note k second']);
});

test.each([0, 1, 2, 3])('a batch of two that tears after %i records leaves nothing, and the next one is whole', (tearsAfter) => {
  const journal = new SimJournal();
  journal.append([record('entry', 'before')]);
  journal.tearsAfter = tearsAfter;
  expect(() => journal.append([record('entry', 'one'), record('note', 'two')])).toThrow(Crash);
  journal.crash();
  expect(textsOf(journal)).toEqual(['entry before before']);
  journal.append([record('entry', 'after')]);
  expect(textsOf(journal)).toEqual(['entry before before', 'entry after after']);
});

test('summaries since the last append are lost', () => {
  const journal = new SimJournal();
  journal.append([record('entry', 'k')]);
  journal.summarize('a', new Uint8Array([1]), false);
  journal.append([record('entry', 'other')]);
  journal.summarize('a', new Uint8Array([2]), true);
  journal.crash();
  expect(journal.scopes()).toEqual([{ scope: 'a', closed: false, summary: new Uint8Array([1]), seq: 1 }]);
});
