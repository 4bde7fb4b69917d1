import { describe, expect, it } from 'vitest';
import type { Journal, JournalRecord } from '@shoal/runtime';

export interface JournalFixture {
  journal: Journal;
  /** Closes it and removes what it kept. */
  dispose(): void | Promise<void>;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const entry = (scope: string, key: string, text = key): JournalRecord => ({ scope, kind: 'entry', key, bytes: bytesOf(text) });
const note = (scope: string, key: string, text = key): JournalRecord => ({ scope, kind: 'note', key, bytes: bytesOf(text) });

/** What every implementation of Journal must do. */
export function describeJournal(name: string, make: () => JournalFixture | Promise<JournalFixture>): void {
  const using = async (use: (journal: Journal) => void): Promise<void> => {
    const { journal, dispose } = await make();
    try {
      use(journal);
    } finally {
      await dispose();
    }
  };
  const textsOf = (journal: Journal, scope: string): string[] =>
    [...journal.replay(scope)].map(({ kind, key, bytes }) => `${kind} ${key} ${new TextDecoder().decode(bytes)}`);

  describe(`${name} as a Journal`, () => {
    it('replays the records of one scope in the order in which they came', () =>
      using((journal) => {
        journal.append([entry('a', '3'), entry('b', '1'), entry('a', '1')]);
        journal.append([note('a', '2'), entry('', 'own')]);
        expect([...journal.replay('a')]).toEqual([entry('a', '3'), entry('a', '1'), note('a', '2')]);
        expect([...journal.replay('')]).toEqual([entry('', 'own')]);
        expect([...journal.replay('unknown')]).toEqual([]);
      }));

    it('keeps the first of an entry and the last of a note, which then is last', () =>
      using((journal) => {
        journal.append([entry('a', 'k', 'first'), note('a', 'k', 'first'), entry('a', 'other')]);
        journal.append([entry('a', 'k', 'second'), note('a', 'k', 'second'), note('a', 'k', 'third')]);
        expect(textsOf(journal, 'a')).toEqual(['entry k first', 'entry other other', 'note k third']);
      }));

    it('replays more records than are read at once', () =>
      using((journal) => {
        const records = Array.from({ length: 2000 }, (_, at) => entry('a', `key ${at}`));
        journal.append(records);
        expect([...journal.replay('a')]).toEqual(records);
        const seen: string[] = [];
        for (const { key } of journal.replay('a')) {
          seen.push(key);
          if (seen.length === 3) break;
        }
        expect(seen).toEqual(['key 0', 'key 1', 'key 2']);
      }));

    it('lets its owner append while it replays', () =>
      using((journal) => {
        journal.append([entry('a', '1'), entry('a', '2')]);
        for (const { key } of journal.replay('a')) if (key.length === 1) journal.append([entry('b', key)]);
        expect(textsOf(journal, 'b')).toEqual(['entry 1 1', 'entry 2 2']);
      }));

    it('appends all records or none', () =>
      using((journal) => {
        const tooLarge = { ...entry('a', '2'), bytes: new Uint8Array(4 * 1024 * 1024 + 1) };
        expect(() => journal.append([entry('a', '1'), tooLarge])).toThrow(expect.objectContaining({ code: 'record-invalid' }));
        expect(textsOf(journal, 'a')).toEqual([]);
        expect(journal.scopes()).toEqual([]);
        journal.append([]);
        expect(journal.scopes()).toEqual([]);
      }));

    it('lists scopes, newest first, page by page', () =>
      using((journal) => {
        for (const scope of ['a', 'b', 'c', 'd']) journal.append([entry(scope, 'k')]);
        journal.summarize('b', bytesOf('b is done'), true);
        journal.summarize('c', bytesOf('c goes on'), false);
        journal.summarize('e', bytesOf('new'), true);
        const names = (options?: Parameters<Journal['scopes']>[0]): string[] => journal.scopes(options).map(({ scope }) => scope);
        expect(names()).toEqual(['e', 'd', 'c', 'b', 'a']);
        expect(names({ closed: true })).toEqual(['e', 'b']);
        expect(names({ closed: false, limit: 2 })).toEqual(['d', 'c']);
        const [, second] = journal.scopes({ limit: 2 });
        expect(names({ before: second?.seq as number })).toEqual(['c', 'b', 'a']);
        const b = journal.scopes().find(({ scope }) => scope === 'b');
        expect(b).toMatchObject({ closed: true, summary: bytesOf('b is done') });
        expect(journal.scopes().find(({ scope }) => scope === 'a')).toMatchObject({ closed: false, summary: undefined });
        journal.summarize('b', bytesOf('again'), false);
        expect(names({ closed: true })).toEqual(['e']);
      }));

    it('keeps what is appended to a closed scope, which stays closed', () =>
      using((journal) => {
        journal.append([entry('a', '1')]);
        journal.summarize('a', bytesOf('done'), true);
        journal.append([entry('a', '2')]);
        expect(textsOf(journal, 'a')).toEqual(['entry 1 1', 'entry 2 2']);
        expect(journal.scopes({ closed: false })).toEqual([]);
      }));

    it('forgets a scope for good, and begins anew under its name', () =>
      using((journal) => {
        journal.append([entry('a', '1'), entry('b', '1')]);
        journal.summarize('a', bytesOf('done'), true);
        journal.drop('a');
        journal.drop('unknown');
        expect(textsOf(journal, 'a')).toEqual([]);
        expect(journal.scopes().map(({ scope }) => scope)).toEqual(['b']);
        journal.append([entry('a', '2')]);
        expect(textsOf(journal, 'a')).toEqual(['entry 2 2']);
        expect(journal.scopes()[0]).toMatchObject({ scope: 'a', closed: false, summary: undefined });
      }));

    it('keeps its own copy of bytes', () =>
      using((journal) => {
        const bytes = bytesOf('before');
        journal.append([{ scope: 'a', kind: 'entry', key: 'k', bytes }]);
        bytes.fill(0);
        expect(textsOf(journal, 'a')).toEqual(['entry k before']);
        for (const record of journal.replay('a')) record.bytes.fill(0);
        expect(textsOf(journal, 'a')).toEqual(['entry k before']);
      }));

    it('refuses work once it is closed', () =>
      using((journal) => {
        journal.close();
        journal.close();
        const stopped = expect.objectContaining({ code: 'store-stopped' });
        expect(() => journal.append([entry('a', '1')])).toThrow(stopped);
        expect(() => [...journal.replay('a')]).toThrow(stopped);
        expect(() => journal.scopes()).toThrow(stopped);
      }));
  });
}
