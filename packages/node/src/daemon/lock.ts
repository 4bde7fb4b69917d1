import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

/** SQLite's "database is locked". */
const busyCode = 5;

export interface Lock {
  release(): void;
}

/**
 * Takes a lock that ends with this process, however that ends; undefined when another process holds it.
 * Node has no file locks of its own; SQLite's are the operating system's.
 */
export function tryLock(path: string): Lock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    const held = database;
    return { release: () => held.close() };
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode === busyCode) return undefined;
    throw new NodeError('data-dir-unusable', `Cannot lock ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'The data directory has to be on a disk that you may write to and that knows file locks.',
    });
  }
}
