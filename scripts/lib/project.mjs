import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The Node.js that the packages need; the scripts themselves run on 20. */
export const neededMajor = 24;
