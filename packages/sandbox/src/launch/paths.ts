import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

// The child runs from the same kind of files as its parent: TypeScript sources in a development tree, else dist.
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The folder with all code that a child loads, and nothing else. */
export const codeFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Says that the code is ES modules. */
export const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url));

/** What a child runs, below the code folder, without extension. */
export const defaultEntry = 'child/entry';

/** An entry's path below the code folder. */
export const entryFile = (entry: string): string => `${entry}${extension}`;
