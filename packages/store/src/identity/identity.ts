import { link, open, readFile, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSeed, messageOf, signerFromSeed } from '@shoal/runtime';
import { StoreError } from '../errors.ts';

const fileName = 'identity.key';
const firstLine = 'shoal identity 1: keep this secret';
/** Readable by its owner alone. */
const fileMode = 0o600;
const othersMask = 0o077;
const maxFileBytes = 1024;

/**
 * The 32-byte Ed25519 seed of the peer whose data directory this is, made at the first start.
 * A key that others may read, or that is damaged, is an error: it is never replaced.
 */
export async function loadOrCreateIdentity(dir: string): Promise<Uint8Array> {
  const path = join(dir, fileName);
  const known = await readIdentity(path);
  if (known !== undefined) return known;
  await writeIdentity(path, generateSeed());
  // Read back: of two that make one at the same time, both take the one that is on disk.
  const written = await readIdentity(path);
  if (written === undefined) throw unreadable(path, 'it vanished while it was made');
  return written;
}

async function readIdentity(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode, size } = await stat(path);
    if (process.platform !== 'win32' && (mode & othersMask) !== 0) {
      throw new StoreError('identity-exposed', `Cannot use the identity ${path}: its mode is ${(mode & 0o777).toString(8)}, expected 600`, {
        hint: `Others may have read it. If nobody did: chmod 600 ${path}; otherwise move it away, and this peer gets a new identity.`,
      });
    }
    if (size > maxFileBytes) throw damaged(path, `it has ${size} bytes`);
    return parse(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, messageOf(error), error);
  }
}

/** The seed in hexadecimal, and the public key that must follow from it: a changed digit shows. */
function format(seed: Uint8Array): string {
  return [firstLine, hex(seed), hex(signerFromSeed(seed).publicKey), ''].join('\n');
}

function parse(path: string, text: string): Uint8Array {
  const digits = text.split('\n')[1] ?? '';
  if (!/^[0-9a-f]{64}$/.test(digits)) throw damaged(path, 'its second line is no key');
  const seed = new Uint8Array(Buffer.from(digits, 'hex'));
  if (format(seed) !== text) throw damaged(path, 'its parts do not belong together');
  return seed;
}

let temporaryFiles = 0;

/** On disk under its final name, whole, or not at all; never over another one. */
async function writeIdentity(path: string, seed: Uint8Array): Promise<void> {
  temporaryFiles += 1;
  const temporary = `${path}.${process.pid}.${temporaryFiles}.tmp`;
  try {
    await rm(temporary, { force: true }); // of a start that was killed
    const file = await open(temporary, 'wx', fileMode);
    try {
      await file.writeFile(format(seed));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
    await unlink(temporary);
    await syncDirectory(join(path, '..'));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return unlink(temporary);
    throw unreadable(path, messageOf(error), error);
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // directories cannot be flushed there
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function damaged(path: string, why: string): StoreError {
  return new StoreError('identity-damaged', `Cannot use the identity ${path}: ${why}`, {
    hint: 'Put back a copy of the file. Without one, move it away: this peer then gets a new identity, and the old one is lost.',
  });
}

function unreadable(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError('identity-unreadable', `Cannot read or write the identity ${path}: ${why}`, {
    cause,
    hint: 'Check that the data directory exists and belongs to you.',
  });
}
