import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram, findTools } from './tools.ts';

/** Answers with nothing so often, then with a list of libraries. */
const late = (folder: string, empty: number): string => `#!/bin/sh
echo asked >> ${folder}/asked
if [ $(wc -l < ${folder}/asked) -gt ${empty} ]; then echo '["/lib/libc.so.6","linux-vdso.so.1"]'; fi
`;

// Without bubblewrap, a sandbox has no need to know Node's libraries, and asks for none.
describe.skipIf(process.platform !== 'linux' || findProgram('bwrap') === undefined)('the libraries of Node, needed where there is bubblewrap', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'shoal-tools-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function node(empty: number): string {
    const path = join(folder, 'node');
    writeFileSync(path, late(folder, empty));
    chmodSync(path, 0o700);
    return path;
  }

  it('are asked for again when the answer was lost', async () => {
    expect((await findTools(node(2))).nodeLibraries).toEqual(['/lib/libc.so.6']);
  });

  it('are not asked for without end', async () => {
    await expect(findTools(node(3))).rejects.toThrow(SyntaxError);
  });
});
