import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CID } from 'multiformats/cid';
import { cidFromKey } from '../dag/cids.ts';

/** What must stay: pinned roots, and roots whose blocks are on their way. */
export class Pins {
  readonly #pin: StatementSync;
  readonly #unpin: StatementSync;
  readonly #pins: StatementSync;
  readonly #expect: StatementSync;
  readonly #expected: StatementSync;
  readonly #settle: StatementSync;

  constructor(database: DatabaseSync) {
    this.#pin = database.prepare('INSERT OR IGNORE INTO pin (cid, owner) VALUES (?, ?)');
    this.#unpin = database.prepare('DELETE FROM pin WHERE cid = ? AND owner = ?');
    this.#pins = database.prepare('SELECT cid, owner FROM pin');
    this.#expect = database.prepare('INSERT INTO expected (root, until) VALUES (?, ?) ON CONFLICT (root) DO UPDATE SET until = excluded.until');
    this.#expected = database.prepare('SELECT root, until FROM expected');
    this.#settle = database.prepare('DELETE FROM expected WHERE root = ?');
  }

  pin(cid: CID, owner: string): void {
    this.#pin.run(cid.bytes, owner);
  }

  unpin(cid: CID, owner: string): void {
    this.#unpin.run(cid.bytes, owner);
  }

  all(): { cid: CID; owner: string }[] {
    return this.#pins.all().map((row) => ({ cid: cidFromKey(row['cid'] as Uint8Array), owner: String(row['owner']) }));
  }

  expect(root: CID, untilMs: number): void {
    this.#expect.run(root.bytes, untilMs);
  }

  expected(): { root: CID; untilMs: number }[] {
    return this.#expected.all().map((row) => ({ root: cidFromKey(row['root'] as Uint8Array), untilMs: Number(row['until']) }));
  }

  /** It has come, or is given up. */
  settle(root: CID): void {
    this.#settle.run(root.bytes);
  }
}
