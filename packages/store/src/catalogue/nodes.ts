import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CID } from 'multiformats/cid';
import { plainCipher, type StoreCipher } from '../encryption/cipher.ts';
import type { Usage } from './usage.ts';

/** Blocks whose bytes lie in the catalogue itself. */
export class Nodes {
  readonly #usage: Usage;
  readonly #cipher: StoreCipher;
  readonly #get: StatementSync;
  readonly #has: StatementSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #page: StatementSync;

  constructor(database: DatabaseSync, usage: Usage, cipher: StoreCipher = plainCipher) {
    this.#usage = usage;
    this.#cipher = cipher;
    this.#get = database.prepare('SELECT bytes FROM node WHERE cid = ?');
    this.#has = database.prepare('SELECT length(bytes) AS bytes FROM node WHERE cid = ?');
    this.#put = database.prepare('INSERT OR IGNORE INTO node (cid, bytes) VALUES (?, ?)');
    this.#drop = database.prepare('DELETE FROM node WHERE cid = ?');
    this.#page = database.prepare('SELECT cid FROM node WHERE cid > ? ORDER BY cid LIMIT 1024');
  }

  /** What cannot be decrypted was changed: it is given as nothing, which has another hash. */
  get(cid: CID): Uint8Array | undefined {
    const kept = this.#get.get(cid.bytes)?.['bytes'] as Uint8Array | undefined;
    return kept === undefined ? undefined : (this.#cipher.open(cid.bytes, kept) ?? new Uint8Array());
  }

  /** Its size; undefined when it is not here. */
  size(cid: CID): number | undefined {
    const row = this.#has.get(cid.bytes);
    return row === undefined ? undefined : Number(row['bytes']) - this.#cipher.overheadBytes;
  }

  put(cid: CID, bytes: Uint8Array): void {
    if (this.#put.run(cid.bytes, this.#cipher.seal(cid.bytes, bytes)).changes === 1) this.#usage.add(bytes.length, 1);
  }

  drop(cid: CID): void {
    const bytes = this.size(cid);
    if (bytes === undefined) return;
    this.#drop.run(cid.bytes);
    this.#usage.add(-bytes, -1);
  }

  /** Binary CIDs of all nodes in order, some at a time. */
  keysAfter(key: Uint8Array): Uint8Array[] {
    return this.#page.all(key).map((row) => row['cid'] as Uint8Array);
  }
}
