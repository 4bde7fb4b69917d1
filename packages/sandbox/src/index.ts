export { createWasmExecutor, type WasmExecutorOptions } from './executor.ts';
