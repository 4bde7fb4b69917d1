import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { systemRandom } from '@shoal/runtime';
import { StoreError } from '../errors.ts';
import { createCipher, plainCipher, type StoreCipher } from './cipher.ts';

const saltBytes = 32;
/** "ShlE". */
const encryptedMark = 0x53_68_6c_45;
const checkName = Buffer.from('check');
const checkText = 'shoal store 1';

/** What says that a store is encrypted: its salt, and a value by which a wrong key shows. */
interface Marker {
  version: 1;
  salt: string;
  check: string;
}

/**
 * The cipher of a database, and of what lies beside it; to be asked before it is opened. A new one is encrypted when there
 * is a secret; one that is there stays what it is. Fails with `store-key-missing`, `store-key-wrong` or `store-not-encrypted`.
 */
export function openCipher(database: string, secret: Uint8Array | undefined): StoreCipher {
  const path = `${database}.encryption.json`;
  const isNew = isEmpty(database);
  if (isNew) rmSync(path, { force: true }); // of one that was removed
  const marker = readMarker(path);
  if (secret === undefined) {
    if (marker === undefined) return plainCipher;
    throw new StoreError('store-key-missing', `Cannot open ${database}: it is encrypted, and no key was given`, {
      hint: 'Start it with `--store-key FILE` and the file of its first start. Without that key nobody can read it.',
    });
  }
  if (marker === undefined && !isNew) {
    throw new StoreError('store-not-encrypted', `Cannot encrypt ${database}: it was begun without a key, and what was written so stays readable`, {
      hint: 'If a file beside it that ends in .encryption.json was lost, put it back. Else begin anew: write data and results out, remove the folder `blobs` and `journal.sqlite` in the data directory (identity and peers stay), and start with the key.',
    });
  }
  if (marker === undefined) return begin(path, secret);
  const cipher = createCipher(secret, Buffer.from(marker.salt, 'base64'));
  if (cipher.open(checkName, Buffer.from(marker.check, 'base64')) !== undefined) return cipher;
  throw new StoreError('store-key-wrong', `Cannot open ${database}: it was encrypted with another key`, { hint: 'Give the file of its first start to `--store-key`.' });
}

/**
 * Marks an encrypted database as such, in itself: without the file beside it, it would pass for one that is not.
 * Fails with `store-damaged` where that file is gone.
 */
export function markDatabase(database: DatabaseSync, path: string, cipher: StoreCipher): void {
  const isMarked = database.prepare('PRAGMA application_id').get()?.['application_id'] === encryptedMark;
  if (!cipher.isPlain && !isMarked) database.exec(`PRAGMA application_id = ${encryptedMark}`);
  if (!cipher.isPlain || !isMarked) return;
  throw new StoreError('store-damaged', `Cannot open ${path}: it is encrypted, and ${path}.encryption.json, which has its salt, is gone`, { hint: 'Put back a copy of that file. Without it nobody can read the data.' });
}

/** Never written to, or begun by a start that was killed before it wrote anything. */
function isEmpty(database: string): boolean {
  return (statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function begin(path: string, secret: Uint8Array): StoreCipher {
  const salt = systemRandom.bytes(saltBytes);
  const cipher = createCipher(secret, salt);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const marker: Marker = { version: 1, salt: text(salt), check: text(cipher.seal(checkName, Buffer.from(checkText))) };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(marker)}\n`, { mode: 0o600, flush: true });
  return cipher;
}

function readMarker(path: string): Marker | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const marker = JSON.parse(readFileSync(path, 'utf8')) as Partial<Marker>;
    if (marker.version === 1 && typeof marker.salt === 'string' && typeof marker.check === 'string') return marker as Marker;
  } catch {
    // Said below.
  }
  throw new StoreError('store-damaged', `Cannot read ${path}, without which an encrypted store cannot be opened`, { hint: 'Put back a copy of the file.' });
}
