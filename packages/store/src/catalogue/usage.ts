import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Running totals, kept in the same transactions as what they count. */
export class Usage {
  readonly #add: StatementSync;
  readonly #get: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare('UPDATE usage SET bytes = bytes + ?, blocks = blocks + ?');
    this.#get = database.prepare('SELECT bytes, blocks FROM usage');
  }

  add(bytes: number, blocks: number): void {
    this.#add.run(bytes, blocks);
  }

  get(): { bytes: number; blocks: number } {
    const row = this.#get.get();
    return { bytes: Number(row?.['bytes'] ?? 0), blocks: Number(row?.['blocks'] ?? 0) };
  }
}
