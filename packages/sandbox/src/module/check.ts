import { maxModuleBytes, maxTableElements, wasmPageBytes } from '../limits.ts';
import { kind, valueType } from './binary.ts';
import { invalid } from './invalid.ts';
import type { FunctionType, Import, ParsedModule } from './parse.ts';
import { signatures, silent } from './signatures.ts';

const wasi = 'wasi_snapshot_preview1';

/** Names of exports that the sandbox adds begin so. */
export const ownPrefix = 'shoal:';

function letters(types: number[]): string {
  return types.map((type) => (type === valueType.i32 ? 'i' : type === valueType.i64 ? 'I' : '?')).join('');
}

function checkImport(entry: Import, types: FunctionType[]): void {
  const name = `${entry.module}.${entry.name}`;
  if (entry.module !== wasi) {
    const hint = entry.module === 'env' ? ' (AssemblyScript: build with @assemblyscript/wasi-shim or --use abort=)' : '';
    invalid(`it imports ${name}: only functions of ${wasi} are there${hint}`);
  }
  const expected = signatures[entry.name];
  const type = types[entry.type];
  if (expected === undefined || type === undefined) return invalid(`it imports ${name}, which WASI preview 1 does not have`);
  const results = silent.has(entry.name) ? '' : 'i';
  if (letters(type.params) !== expected || letters(type.results) !== results) {
    invalid(`it imports ${name} with parameters (${letters(type.params)}), expected (${expected})`);
  }
}

function checkExports(module: ParsedModule): void {
  const own = module.exports.find((entry) => entry.name.startsWith(ownPrefix));
  if (own !== undefined) invalid(`it exports ${own.name}: names that begin with ${ownPrefix} are the sandbox's own`);
  const start = module.exports.find((entry) => entry.name === '_start');
  if (start?.kind !== kind.function) invalid('it exports no function _start: build it as a WASI command, not as a library');
  const imported = module.imports.length;
  const type = module.types[module.functions[start.index - imported] ?? -1];
  if (type === undefined || type.params.length > 0 || type.results.length > 0) {
    invalid('its _start is not a function of its own without parameters and results');
  }
  const memory = module.exports.find((entry) => entry.name === 'memory');
  if (memory?.kind !== kind.memory || module.memories.length !== 1) invalid('it exports no memory named memory');
}

/** Whether the sandbox runs such a module at all. Throws InvalidModule. */
export function checkModule(module: ParsedModule): void {
  if (module.bytes.length > maxModuleBytes) invalid(`it has ${module.bytes.length} bytes, more than ${maxModuleBytes}`, 'module-too-large');
  for (const entry of module.imports) checkImport(entry, module.types);
  checkExports(module);
  if (module.memories.some((memory) => memory.shared)) invalid('its memory is shared (threads): build without -pthread');
  const elements = module.tables.reduce((sum, table) => sum + table.minimum, 0);
  if (elements > maxTableElements) invalid(`its tables hold ${elements} elements, more than ${maxTableElements}`, 'tables-exceeded');
  if (module.functions.length * 2 !== module.bodies.length) invalid('it declares other functions than it has');
}

/** Bytes of memory that it has from its first instruction on. */
export const initialMemoryBytes = (module: ParsedModule): number => (module.memories[0]?.minimum ?? 0) * wasmPageBytes;
