// Builds quickjs.wasm from QuickJS-ng's sources and main.c, to the byte as it lies here:
//   git clone --branch v0.16.2 https://github.com/quickjs-ng/quickjs && npm install @yowasp/clang@22.0.0-git20542-10
//   node build.mjs quickjs [OUT]
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [folder, out = fileURLToPath(new URL('quickjs.wasm', import.meta.url))] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node build.mjs QUICKJS_FOLDER [OUT]');
const clang = createRequire(join(process.cwd(), 'x')).resolve.paths('@yowasp/clang')
  .map((each) => join(each, '@yowasp/clang/gen/bundle.js')).find((each) => readdirSyncSafe(dirname(each)).includes('bundle.js'));
if (clang === undefined) throw new Error('@yowasp/clang is not installed in this folder or above it');
const { commands } = await import(pathToFileURL(clang).href);

const files = {};
for (const name of readdirSync(folder)) if (/\.[ch]$/.test(name)) files[name] = readFileSync(join(folder, name), 'utf8');
files['main.c'] = readFileSync(new URL('main.c', import.meta.url), 'utf8');
// The sources leave the stack unchecked where the target is WASI. Here its end is known, and a RangeError is better than a trap.
const unchecked = '#if defined(__wasi__)\n    rt->stack_limit = 0; /* no limit */\n#else';
if (!files['quickjs.c'].includes(unchecked)) throw new Error('quickjs.c is not the version that this script knows');
files['quickjs.c'] = files['quickjs.c'].replace(unchecked, '#if 0\n#else');

const flags = ['--target=wasm32-wasip1', '-O2', '-DNDEBUG', '-D_GNU_SOURCE', '-D_WASI_EMULATED_PROCESS_CLOCKS', '-D_WASI_EMULATED_SIGNAL', '-funsigned-char', '-fwrapv', '-w'];
const sources = ['main.c', 'quickjs.c', 'libregexp.c', 'libunicode.c', 'dtoa.c'];
const link = ['-Wl,-z,stack-size=2097152', '-Wl,--stack-first', '-Wl,--strip-all', '-lwasi-emulated-process-clocks', '-lwasi-emulated-signal'];
const tree = await commands.clang([...flags, ...sources, ...link, '-o', 'quickjs.wasm'], files, { fetchProgress: () => {} });
writeFileSync(out, tree['quickjs.wasm']);
console.log(createHash('sha256').update(tree['quickjs.wasm']).digest('hex'), tree['quickjs.wasm'].length);

function readdirSyncSafe(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
