import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { compareSeed } from '../../src/testing/compare.ts';

/**
 * node --conditions=@shoal/source packages/sandbox/bench/fuzz/main.ts [--modules 5000] [--first 0] [--node path ...]
 *
 * Generated modules, plain against rewritten, and the same in other Node.js binaries: ends with 1 at the first difference.
 */
const { values } = parseArgs({
  options: {
    modules: { type: 'string', default: '5000' },
    first: { type: 'string', default: '0' },
    node: { type: 'string', multiple: true, default: [] },
  },
});
const first = Number(values.first);
const modules = Number(values.modules);

/** One line for so many modules: where two versions differ is found again by its seeds. */
const blockSize = 100;

function digests(): string[] {
  const lines: string[] = [];
  for (let block = first; block < first + modules; block += blockSize) {
    const hash = createHash('sha256');
    for (let seed = block; seed < Math.min(block + blockSize, first + modules); seed++) {
      const { result, memory, used } = traceOfSeed(seed);
      hash.update(`${result.startsWith('trap') ? 'trap' : result} ${memory} ${used}\n`);
    }
    lines.push(`${block} ${hash.digest('hex')}`);
  }
  return lines;
}

function traceOfSeed(seed: number): ReturnType<typeof compareSeed> {
  try {
    return compareSeed(seed);
  } catch (cause) {
    throw new Error(`The modules of seed ${seed} differ under Node.js ${process.version}`, { cause });
  }
}

const lines = digests();
console.log(`Node.js ${process.version}, V8 ${process.versions.v8}: ${modules} modules, digest ${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)}`);
if (process.env['SHOAL_FUZZ_LINES'] === '1') console.log(lines.join('\n'));

for (const node of values.node) {
  const args = ['--no-warnings', '--conditions=@shoal/source', fileURLToPath(import.meta.url), '--modules', values.modules, '--first', values.first];
  const { stdout } = await promisify(execFile)(node, args, { env: { ...process.env, SHOAL_FUZZ_LINES: '1' } });
  const [title, ...others] = stdout.trim().split('\n');
  console.log(title);
  const differing = lines.filter((line, i) => line !== others[i]);
  if (differing.length === 0) continue;
  console.error(`Different in the blocks that begin with seed ${differing.map((line) => line.split(' ')[0]).join(', ')}`);
  process.exitCode = 1;
}
