import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { startChild } from '../testing/child.ts';
import { describeJournal } from '../testing/journal-conformance.ts';
import { withDirectory } from '../testing/temporary.ts';
import { openJournal } from './journal.ts';
import { journalSchema, journalStatements } from './schema.ts';

describeJournal('The journal on disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-store-'));
  const journal = openJournal({ path: join(dir, 'journal.sqlite') });
  const dispose = (): void => {
    journal.close();
    rmSync(dir, { recursive: true });
  };
  return { journal, dispose };
});

const entry = (key: string): { scope: string; kind: 'entry'; key: string; bytes: Uint8Array } => ({ scope: 'a', kind: 'entry', key, bytes: new Uint8Array([1]) });

describe('The journal on disk', () => {
  it('has what it acknowledged after kill -9 in the middle of appending, and nothing by halves', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      for (const appends of [1, 40, 300]) {
        const child = startChild('append-child.ts', path);
        await child.line((line) => line === String(appends));
        await child.kill();
        const acknowledged = Number(child.lines.at(-1));
        const journal = openJournal({ path });
        const own = new Set([...journal.replay('')].map(({ key }) => key));
        const jobs = new Set([0, 1, 2].flatMap((job) => [...journal.replay(`job ${job}`)].map(({ key }) => key)));
        for (let at = 0; at <= acknowledged; at += 1) {
          expect(own.has(`b${at}`)).toBe(true);
          expect(jobs.has(`a${at}`)).toBe(true);
        }
        expect(jobs.size).toBe(own.size - 1); // the note has no counterpart
        for (const scope of ['', 'job 0', 'job 1', 'job 2']) journal.drop(scope);
        journal.close();
      }
    }));

  it('refuses a second process and names the first, until that is killed', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      const child = startChild('hold-child.ts', 'journal', path);
      const pid = (await child.line((line) => line.startsWith('holds'))).split(' ')[1] as string;
      expect(() => openJournal({ path })).toThrow(expect.objectContaining({ code: 'store-locked', message: expect.stringContaining(`process ${pid}`) }));
      await child.kill();
      openJournal({ path }).close();
    }));

  it('refuses a second opening within the same process', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      const journal = openJournal({ path });
      expect(() => openJournal({ path })).toThrow(expect.objectContaining({ code: 'store-locked' }));
      journal.close();
      openJournal({ path }).close();
    }));

  it('says so when the database is damaged, at its beginning or in its middle, and leaves it as it is', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      await writeFile(path, 'this is no database, whatever its name may say'.repeat(100));
      expect(() => openJournal({ path })).toThrow(expect.objectContaining({ code: 'store-damaged', hint: expect.stringContaining('.recover') }));
      expect((await readFile(path, 'utf8')).startsWith('this is no database')).toBe(true);

      const torn = join(dir, 'torn.sqlite');
      const journal = openJournal({ path: torn });
      for (let at = 0; at < 50; at += 1) journal.append([{ ...entry(`k${at}`), bytes: new Uint8Array(5000).fill(at) }]);
      journal.close();
      await truncate(torn, 60_000);
      const reading = (): unknown => {
        const reopened = openJournal({ path: torn });
        try {
          return [...reopened.replay('a')];
        } finally {
          reopened.close();
        }
      };
      expect(reading).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    }));

  it('drops only the unfinished end of a torn write-ahead log', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      const child = startChild('append-child.ts', path);
      await child.line((line) => line === '20');
      await child.kill();
      const log = await readFile(`${path}-wal`);
      await truncate(`${path}-wal`, log.length - 1000);
      const journal = openJournal({ path });
      const keys = [...journal.replay('')].filter(({ kind }) => kind === 'entry').map(({ key }) => key);
      expect(keys.length).toBeGreaterThan(10);
      expect(keys).toEqual(keys.map((_, at) => `b${at}`));
      journal.close();
    }));

  it('refuses a format that it does not know', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'journal.sqlite');
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      database.close();
      expect(() => openJournal({ path })).toThrow(expect.objectContaining({ code: 'store-version' }));
    }));

  it('says so when there is no room left, keeps what it had, and goes on when there is room', () =>
    withDirectory(async (dir) => {
      const journal = openJournal({ path: join(dir, 'journal.sqlite'), maxBytes: 300_000 });
      const append = (scope: string, key: string): void => journal.append([{ ...entry(key), scope, bytes: new Uint8Array(20_000) }]);
      append('old', 'k');
      let kept = 0;
      const fill = (): void => {
        for (; kept < 100; kept += 1) append('a', `k${kept}`);
      };
      expect(fill).toThrow(expect.objectContaining({ code: 'disk-full' }));
      expect([...journal.replay('a')]).toHaveLength(kept);
      journal.drop('old');
      append('a', 'another');
      expect([...journal.replay('a')]).toHaveLength(kept + 1);
      journal.close();
    }));

  it('answers every question from an index', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(journalSchema.sql);
    for (const sql of Object.values(journalStatements)) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row['detail']));
      for (const step of plan) expect(`${sql}: ${step}`).not.toMatch(/: (SCAN|USE TEMP)/);
    }
    database.close();
  });
});
