import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { messageOf } from '@shoal/runtime';
import type { ResultBody } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import type { ApiClient } from '../client/client.ts';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';
import { plural, printable, printableLine } from '../output/text.ts';

/** Prints the standard output of each unit, in the order of the units. */
export async function printResults(context: Context, results: AsyncIterable<ResultBody>): Promise<void> {
  const kept: ResultBody[] = [];
  let total = 0;
  for await (const result of results) {
    total += result.stdout.length;
    if (total > limits.maxPrintedBytes) {
      throw new NodeError('output-unwritable', `Cannot print results of more than ${limits.maxPrintedBytes} bytes in order`, {
        hint: 'Write them to a folder: `shoal job results JOB --out DIR`.',
      });
    }
    kept.push(result);
  }
  kept.sort((a, b) => a.unit - b.unit);
  for (const result of kept) printResult(context, result, kept.length > 1);
}

/** To a file or pipe the bytes as they are; to a terminal without what could steer it. */
function printResult({ out, err }: Context, { unit, shard, stdout, files }: ResultBody, withTitle: boolean): void {
  const content = Buffer.from(stdout, 'base64');
  if (!out.isTTY) return out.write(content);
  if (withTitle) err.line(err.style.dim(`── unit ${unit}${shard === undefined ? '' : ` · ${printableLine(shard)}`}`));
  const text = printable(content.toString('utf8'));
  out.write(text === '' || text.endsWith('\n') ? text : `${text}\n`);
  if (files.length > 0) err.line(err.style.dim(`   and ${plural(files.length, 'file')}: --out DIR writes them`));
}

/** Writes each result into a folder of its own as it comes: `stdout`, and the unit's files under `files/`. */
export async function writeResults(peer: ApiClient, id: string, results: AsyncIterable<ResultBody>, folder: string): Promise<number> {
  let count = 0;
  for await (const result of results) {
    const place = join(folder, folderOf(result));
    await save(join(place, 'stdout'), Buffer.from(result.stdout, 'base64'));
    for (const file of result.files) {
      const target = join(place, 'files', safePath(file.path));
      await save(target, await peer.resultFile(id, result.unit, file.path));
    }
    count += 1;
  }
  return count;
}

async function save(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  } catch (cause) {
    throw new NodeError('output-unwritable', `Cannot write the result ${path}: ${messageOf(cause)}`, { cause, hint: 'Choose another folder: --out DIR.' });
  }
}

/** `0007-part-07.csv`: sorts by unit; the shard's name comes from whoever made the dataset. */
export function folderOf({ unit, shard }: Pick<ResultBody, 'unit' | 'shard'>): string {
  const name = shard === undefined ? '' : `-${shard.replace(/[^\w.-]/gu, '_')}`;
  return `${String(unit).padStart(4, '0')}${name}`;
}

/** A path that a program chose must not lead out of the folder it is written into. */
export function safePath(path: string): string {
  const parts = path.split('/');
  const isSafe = path !== '' && !posix.isAbsolute(path) && !path.includes('\\') && !path.includes('\0') && parts.every((part) => !['', '.', '..'].includes(part));
  if (!isSafe) throw new NodeError('output-path-unsafe', `Cannot write a result's file "${printableLine(path)}": it would leave the folder`);
  return path;
}
