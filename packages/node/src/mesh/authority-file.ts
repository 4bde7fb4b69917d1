import { open, readFile, rename, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';

/** What is asked of its owner: keep it secret and safe. It need not be on a machine that is in the mesh. */
const authoritySchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** How peers call the mesh: its name and a piece of its authority's key. */
  mesh: z.string(),
  /** Of the key that signs, in hexadecimal. */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  /** Known to every member. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  invitations: z.array(
    z.object({
      id: z.string().regex(/^[0-9a-f]{32}$/),
      roles: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
      peer: z.string().optional(),
      at: z.int(),
      until: z.int(),
    }),
  ),
  revocations: z.object({ seq: z.int(), peers: z.array(z.string()), invitations: z.array(z.string()) }),
});
export type Authority = z.output<typeof authoritySchema>;
export type Issued = Authority['invitations'][number];

const fileMode = 0o600;
const othersMask = 0o077;

/** Writes a new authority; never over another file. */
export async function createAuthority(path: string, authority: Authority): Promise<void> {
  await write(path, authority, 'wx');
}

export async function saveAuthority(path: string, authority: Authority): Promise<void> {
  const temporary = `${resolve(path)}.tmp`;
  await write(temporary, authority, 'w');
  await rename(temporary, resolve(path));
}

export async function readAuthority(path: string): Promise<Authority> {
  const absolute = resolve(path);
  let text: string;
  try {
    const { mode } = await stat(absolute);
    if (process.platform !== 'win32' && (mode & othersMask) !== 0) {
      throw new NodeError('authority-exposed', `Cannot use the authority ${path}: its mode is ${(mode & 0o777).toString(8)}, expected 600`, {
        hint: `Others may have read it. If nobody did: chmod 600 ${path}; otherwise make a new mesh.`,
      });
    }
    text = await readFile(absolute, 'utf8');
  } catch (cause) {
    if (cause instanceof NodeError) throw cause;
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new NodeError(isMissing ? 'file-missing' : 'file-unreadable', `Cannot read the authority ${path}: ${isMissing ? 'there is no such file' : messageOf(cause)}`, {
      cause,
      hint: '`shoal mesh init NAME` makes one, NAME.authority in this folder.',
    });
  }
  try {
    return authoritySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new NodeError('authority-damaged', `Cannot use the authority ${path}: it is not what \`shoal mesh init\` wrote`, { cause, hint: 'Put back a copy of the file.' });
  }
}

async function write(path: string, authority: Authority, flags: 'w' | 'wx'): Promise<void> {
  try {
    const file = await open(resolve(path), flags, fileMode);
    try {
      await file.writeFile(`${JSON.stringify(authority, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new NodeError('output-unwritable', `Cannot write the authority ${path}: ${isThere ? 'a file of that name is there' : messageOf(cause)}`, {
      cause,
      hint: isThere ? 'An authority is never overwritten. Choose another name, or --file FILE.' : 'Choose another path.',
    });
  }
}
