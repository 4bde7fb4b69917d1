// Compiles programs/*.ts with AssemblyScript to dist/programs/*.wasm; what is up to date is left alone.
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceDir = fileURLToPath(new URL('programs', import.meta.url));
const outDir = fileURLToPath(new URL('dist/programs', import.meta.url));
const compilerVersion = createRequire(import.meta.url)('assemblyscript/package.json').version;

/** Builds what is missing or out of date. `say` gets one line a program that was built. */
export async function buildPrograms(say = () => {}) {
  await mkdir(outDir, { recursive: true });
  const common = ['asconfig.json', ...(await readdir(join(sourceDir, 'lib'))).sort().map((name) => join('lib', name))];
  for (const file of (await readdir(sourceDir)).filter((name) => name.endsWith('.ts')).sort()) {
    const name = file.slice(0, -'.ts'.length);
    const key = await keyOf([file, ...common]);
    if (existsSync(`${outDir}/${name}.wasm`) && (await readOr(`${outDir}/${name}.key`)) === key) continue;
    const wasm = await compile(file);
    await writeWhole(`${outDir}/${name}.wasm`, wasm);
    await writeWhole(`${outDir}/${name}.key`, key);
    say(`Built ${name}.wasm from ${file}: ${wasm.length.toLocaleString('en')} bytes`);
  }
}

/** Contents, not times: a checkout or a cache may set those as it likes. */
async function keyOf(files) {
  const hash = createHash('sha256').update(compilerVersion);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(sourceDir, file)));
  return hash.digest('hex');
}

async function compile(file) {
  // Loaded only when there is work: the compiler alone takes most of a second.
  const { default: asc } = await import('assemblyscript/asc');
  let wasm;
  const { error, stderr } = await asc.main([file, '--config', 'asconfig.json', '--outFile', 'out.wasm'], {
    readFile: (name) => readOr(join(sourceDir, name)).then((text) => text ?? null),
    writeFile: (name, content) => {
      if (name === 'out.wasm') wasm = content;
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new Error(`Cannot compile programs/${file}\n${stderr.toString()}`, { cause: error });
  return wasm;
}

async function readOr(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Another process may build at the same time: readers see the old file or the new one. */
async function writeWhole(path, content) {
  await writeFile(`${path}.${process.pid}`, content);
  await rename(`${path}.${process.pid}`, path);
}

if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) await buildPrograms((line) => console.log(line));
