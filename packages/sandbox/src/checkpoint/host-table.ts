import { wasm, type WasmExports, type WasmTable } from '../child/webassembly.ts';
import { hostCalls, hostSignatures, type HostCall } from '../module/additions.ts';
import { functionForm, kind, section } from '../module/binary.ts';
import { Writer } from '../module/writer.ts';

const importModule = 'h';

/** A table takes functions of WebAssembly only: this module imports those of the host and exports them again. */
function bridge(): Uint8Array<ArrayBuffer> {
  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const types = new Writer().u32(hostCalls.length);
  const imports = new Writer().u32(hostCalls.length);
  const exports = new Writer().u32(hostCalls.length);
  for (const [i, name] of hostCalls.entries()) {
    const [params, results] = hostSignatures[name];
    types.u8(functionForm).u32(params.length).u8(...params).u32(results.length).u8(...results);
    imports.name(importModule).name(name).u8(kind.function).u32(i);
    exports.name(name).u8(kind.function).u32(i);
  }
  out.u8(section.type).sized(types).u8(section.import).sized(imports).u8(section.export).sized(exports);
  return new Uint8Array(out.finish());
}

let compiled: object | undefined;

/** Puts the host's functions into the table through which a movable program calls them. */
export function fillHostTable(table: WasmTable, host: Record<HostCall, (value: never) => unknown>): void {
  compiled ??= new wasm.Module(bridge());
  const { exports } = new wasm.Instance(compiled, { [importModule]: host }) as { exports: WasmExports };
  for (const [i, name] of hostCalls.entries()) table.set(i, exports[name] as () => void);
}
