import { benchImport } from '../../../packages/store/bench/import.ts';
import type { Suite } from '../suite.ts';

const mebibyte = 1_048_576;
const importGoal = 0.8;

/** A file into the store, flushed, beside what hashing it costs alone. */
export const imports: Suite = {
  name: 'import',
  title: 'a file of 256 MiB into the store, durable; best of three rounds',
  async run({ quick, dir, report }) {
    const result = await benchImport({ bytes: (quick ? 8 : 256) * mebibyte, rounds: quick ? 1 : 3, dir });
    const value = result.importMbPerSecond;
    report({ name: 'import.store', unit: 'MB/s', value, beside: { what: 'SHA-256 alone', value: result.sha256MbPerSecond } });
    const beside = { what: 'ipfs-unixfs-importer in memory', value: result.importerMbPerSecond };
    report({ name: 'import.store-by-importer', unit: 'MB/s', value, beside, goal: importGoal });
  },
};
