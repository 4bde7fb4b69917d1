import { open } from 'node:fs/promises';

const newline = 0x0a;

/** Lines of a file that ends with a newline; -1 when there is no such file or its last line is unfinished. */
export async function linesOf(path: string): Promise<number> {
  let lines = 0;
  let last = 0;
  try {
    await using file = await open(path);
    for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false }) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) lines++;
      last = chunk.at(-1) ?? last;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
  return last === newline ? lines : -1;
}
