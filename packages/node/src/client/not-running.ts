import { homedir } from 'node:os';
import { join } from 'node:path';
import { NodeError } from '../errors.ts';

/** `shoal up`, with the option that the directory needs. */
export function upCommand(dataDir: string, rest = ''): string {
  return `shoal up${dataDirOption(dataDir)}${rest}`;
}

/** ` --data-dir DIR`, or nothing for the default one. */
export function dataDirOption(dataDir: string): string {
  return dataDir === join(homedir(), '.shoal') ? '' : ` --data-dir ${quote(dataDir)}`;
}

/** For a shell; only what needs quotes gets them. */
export function quote(text: string): string {
  return /^[\w@%+=:,./~-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function notRunning(dataDir: string, why: string, cause?: unknown): NodeError {
  return new NodeError('peer-not-running', `Cannot talk to a peer in ${dataDir}: ${why}`, {
    cause,
    hint: `Start one: ${upCommand(dataDir)}`,
  });
}
