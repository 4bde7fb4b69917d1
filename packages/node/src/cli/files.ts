import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

/** The absolute path of what must be there; fails with `file-missing`, saying what it was wanted as. */
export async function existing(path: string, what: string): Promise<string> {
  const absolute = resolve(path);
  try {
    await stat(absolute);
    return absolute;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      throw new NodeError('file-missing', `Cannot use ${path} as ${what}: there is no such file or folder`, {
        cause,
        hint: absolute === path ? 'Check its spelling.' : `Looked for ${absolute}.`,
      });
    }
    throw new NodeError('file-unreadable', `Cannot use ${path} as ${what}: ${messageOf(cause)}`, { cause });
  }
}

/** The text of a file that must be there and not larger than a bound. */
export async function readText(path: string, what: string, maxBytes: number): Promise<string> {
  const absolute = await existing(path, what);
  try {
    const info = await stat(absolute);
    if (!info.isFile()) throw new Error('it is not a file');
    if (info.size > maxBytes) throw new Error(`it has ${info.size} bytes, expected at most ${maxBytes}`);
    return await readFile(absolute, 'utf8');
  } catch (cause) {
    throw new NodeError('file-unreadable', `Cannot use ${path} as ${what}: ${messageOf(cause)}`, { cause });
  }
}

/** Whether a word has the shape of a CID; only the peer can say whether it is one. */
export function looksLikeCid(text: string): boolean {
  return /^(?:baf[a-z2-7]{20,}|Qm[1-9A-HJ-NP-Za-km-z]{44})$/u.test(text);
}
