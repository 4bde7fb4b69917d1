import { access, constants, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

/** Writes what a simulation made: a page, a scenario. */
export async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** Whether that can be written later; what is there stays as it is. */
export async function checkWritable(file: string): Promise<void> {
  try {
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
    if (found?.isDirectory() === true) throw new Error('it is a folder, expected the name of a file');
    await access(found === undefined ? dirname(resolve(file)) : file, constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): NodeError {
  return new NodeError('output-unwritable', `Cannot write to ${resolve(file)}: ${messageOf(cause)}`, { cause });
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NodeError('file-unreadable', `Cannot read ${resolve(file)}: ${messageOf(cause)}`, { cause });
  }
}
