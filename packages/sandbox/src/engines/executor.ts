import type { ExecutionOutcome, ExecutionRequest, Executor, ExecutorInfo } from '@shoal/runtime';
import { createWasmExecutor, type WasmExecutorOptions } from '../executor.ts';
import { describeEngine, type EngineDescription } from './catalogue.ts';
import { failedOutcome } from './failed.ts';
import type { HostedEngine } from './hosted.ts';
import { findOptionalEngines } from './optional.ts';
import type { AllowedOutside } from './outside/allowed.ts';
import { findOutsideEngines } from './outside/find.ts';
import { quickjs, ScriptEngine } from './script.ts';

export interface SandboxOptions extends WasmExecutorOptions {
  /** Where engines were installed for this peer alone, beside those of the project. */
  enginesFolder?: string | undefined;
  /** Programs outside WebAssembly that this peer's owner allows. Default: none. */
  allowed?: AllowedOutside | undefined;
}

type Execute = Executor['execute'];

/** Every engine of this peer behind the one port; a request names the engine that it wants. */
class Sandbox implements Executor {
  readonly #options: SandboxOptions;
  readonly #wasm: Executor;
  readonly #engines = new Map<string, { execute: Execute; stop?: () => Promise<void> }>();
  #hosted: HostedEngine[] = [];
  #absent = new Map<string, string>();

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#wasm = createWasmExecutor(options);
    this.#engines.set('wasm', this.#wasm);
    this.#engines.set('quickjs-1', new ScriptEngine(this.#wasm, quickjs));
  }

  async start(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#wasm.start(options);
    const { nodePath = process.execPath, clock, logger, enginesFolder, allowed = {}, inputFolder } = this.#options;
    const { isolation } = this.#wasm.info();
    const { engines, absent } = await findOptionalEngines({ isolation, nodePath, clock, enginesFolder });
    const outside = await findOutsideEngines({ allowed, nodePath, clock, logger, base: inputFolder });
    for (const [name, engine] of [...engines, ...outside.engines]) this.#engines.set(name, engine);
    for (const [engine, reason] of outside.absent) if (allows(allowed, engine)) logger.warn('An engine that the owner allows is not offered', { engine, reason });
    this.#hosted = [...engines.values()];
    this.#absent = new Map([...absent, ...outside.absent]);
  }

  async stop(): Promise<void> {
    // The engine for WebAssembly is among them.
    await Promise.all([...this.#engines.values()].map((engine) => engine.stop?.()));
  }

  pause(): void {
    this.#wasm.pause?.();
    for (const { throttle } of this.#hosted) throttle.pause();
  }

  resume(): void {
    this.#wasm.resume?.();
    for (const { throttle } of this.#hosted) throttle.resume();
  }

  setCpuShare(share: number): void {
    this.#wasm.setCpuShare?.(share);
    for (const { throttle } of this.#hosted) throttle.setShare(share);
  }

  info(): ExecutorInfo {
    const engines = [...this.#engines.keys()];
    const abilities = engines.map((engine) => abilitiesOf(describeEngine(engine) as EngineDescription));
    return { ...this.#wasm.info(), engines, abilities };
  }

  async execute(request: ExecutionRequest, options: Parameters<Execute>[1]): Promise<ExecutionOutcome> {
    const name = request.engine ?? 'wasm';
    const engine = this.#engines.get(name);
    if (engine !== undefined) return engine.execute(request, options);
    const why = this.#absent.get(name) ?? `it has ${[...this.#engines.keys()].join(', ')}`;
    return failedOutcome('program-invalid', `this peer has no engine ${name}: ${why}`, false);
  }
}

const allows = ({ native = {}, containers = [] }: AllowedOutside, engine: string): boolean => (engine === 'native' ? Object.keys(native) : containers).length > 0;

const abilitiesOf = ({ engine, languages, deterministic, checkpoint, metered }: EngineDescription): NonNullable<ExecutorInfo['abilities']>[number] => ({
  engine,
  languages,
  deterministic,
  checkpoint,
  metered,
});

/** The executor of a peer, with all engines that it has: call start() before use. */
export function createSandbox(options: SandboxOptions): Executor {
  return new Sandbox(options);
}
