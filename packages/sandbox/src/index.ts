export { createWasmExecutor, determinismClass, type WasmExecutorOptions } from './executor.ts';
export { describeEngine, engineCatalogue, type EngineDescription, type EngineName } from './engines/catalogue.ts';
export { createSandbox, type SandboxOptions } from './engines/executor.ts';
export { ProgramError, type ProgramErrorCode } from './programs/errors.ts';
export { prepareProgram, programEndings, type PreparedProgram } from './programs/prepare.ts';
export { checkAllowed, type AllowedOutside } from './engines/outside/allowed.ts';
export { findPackages, type FoundPackages } from './engines/packages.ts';
