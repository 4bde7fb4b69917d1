import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

/** Writes what a simulation made: a page, a scenario. */
export async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new NodeError('output-unwritable', `Cannot write to ${resolve(file)}: ${messageOf(cause)}`, { cause });
  }
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NodeError('file-unreadable', `Cannot read ${resolve(file)}: ${messageOf(cause)}`, { cause });
  }
}
