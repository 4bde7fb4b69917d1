import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '@shoal/runtime';
import { GroupCommit } from './group-commit.ts';

function open(): { database: DatabaseSync; commits: GroupCommit; add: (n: number) => void; all: () => number[] } {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  return {
    database,
    commits: new GroupCommit(database, systemClock),
    add: (n) => void insert.run(n),
    all: () => database.prepare('SELECT n FROM t ORDER BY n').all().map((row) => Number(row['n'])),
  };
}

describe('Group commit', () => {
  it('undoes only the operation that fails', async () => {
    const { commits, add, all } = open();
    const outcomes = await Promise.allSettled([
      commits.run('written', () => add(1)),
      commits.run('flushed', () => {
        add(2);
        throw new Error('no');
      }),
      commits.run('written', () => add(3)),
      commits.run('written', () => add(3)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(all()).toEqual([1, 3]);
  });

  it('undoes an operation that fails alone', async () => {
    const { commits, add, all } = open();
    const failing = commits.run('written', () => {
      add(1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(all()).toEqual([]);
    await commits.run('written', () => add(2));
    expect(all()).toEqual([2]);
  });

  it('carries out more operations than one transaction takes', async () => {
    const { commits, add, all } = open();
    await Promise.all(Array.from({ length: 1000 }, (_, n) => commits.run('written', () => add(n))));
    expect(all()).toHaveLength(1000);
  });

  it('tries again once room was made', async () => {
    const { database, add } = open();
    database.exec('PRAGMA max_page_count = 2');
    let asked = 0;
    const commits = new GroupCommit(database, systemClock, () => {
      asked += 1;
      if (asked === 1) database.exec('PRAGMA max_page_count = 1000');
      return asked === 1;
    });
    const fill = (name: string, bytes: number): Promise<void> => commits.run('written', () => database.exec(`CREATE TABLE ${name} AS SELECT '${'x'.repeat(bytes)}'`));
    await Promise.all([commits.run('written', () => add(1)), fill('large', 100_000)]);
    await expect(fill('larger', 6_000_000)).rejects.toMatchObject({ code: 'disk-full' });
    expect(asked).toBe(2);
  });

  it('rejects everything when the transaction fails as a whole', async () => {
    const { database, commits, add } = open();
    database.exec('PRAGMA max_page_count = 2');
    const large = 'x'.repeat(100_000);
    const outcomes = await Promise.allSettled([
      commits.run('written', () => add(1)),
      commits.run('written', () => database.exec(`CREATE TABLE large AS SELECT '${large}'`)),
    ]);
    expect(outcomes.some((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code === 'disk-full')).toBe(true);
    await expect(commits.run('written', () => 7)).resolves.toBe(7);
  });
});
