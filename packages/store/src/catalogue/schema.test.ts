import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { contentStatements } from './content-statements.ts';
import { catalogueSchema } from './schema.ts';

it('The catalogue answers every question from an index', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(catalogueSchema.sql);
  for (const [name, sql] of Object.entries(contentStatements)) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row['detail']));
    for (const step of plan) expect(`${name}: ${step}`).not.toMatch(/: (SCAN (?!CONSTANT)|USE TEMP B-TREE FOR ORDER)/);
  }
  database.close();
});
