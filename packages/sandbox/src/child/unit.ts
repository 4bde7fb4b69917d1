import { toParent, type UnitOrder, type UnitReport } from '../channel/frames.ts';
import { ChannelClosed, type SyncChannel } from '../channel/sync-channel.ts';
import { SnapshotUnfit } from '../checkpoint/values.ts';
import { guestStackBytes, maxFailureTextChars, maxOptimisedAtOnceBytes, wasmPageBytes } from '../limits.ts';
import { addedExport } from '../module/additions.ts';
import { createWasiHost, wasiModule } from '../wasi/host.ts';
import { outputsOf } from '../wasi/outputs.ts';
import { startState } from '../wasi/start.ts';
import { WasiStop } from '../wasi/stop.ts';
import { sendFiles } from './files.ts';
import { receiveImage } from './image.ts';
import { InputFiles } from './input-files.ts';
import { Inputs } from './inputs.ts';
import { Movement } from './movement.ts';
import { failureOf } from './outcome.ts';
import { LogSender, StdoutSender } from './output.ts';
import type { CompiledProgram } from './programs.ts';
import { wasm, type WasmExports, type WasmGlobal, type WasmMemory } from './webassembly.ts';

/** Given to the process by its parent, behind its entry. */
const inputFolder = process.argv[2] ?? '';

/** Runs one unit from its first instruction to its report. Throws only when the parent is gone. */
export function runUnit(channel: SyncChannel, order: UnitOrder, program: () => CompiledProgram): UnitReport {
  const files = new InputFiles(inputFolder, order.inputs);
  const inputs = new Inputs(channel, order.inputs, files);
  const stdout = new StdoutSender(channel);
  const log = new LogSender(channel, order.logBytes, order.logged);
  const image = order.resumes ? receiveImage(channel) : undefined;
  const state = startState({ ...order, seed: Buffer.from(order.seed, 'hex') });
  const host = createWasiHost(state, {
    readInput: (input, offset, target) => inputs.read(input, offset, target),
    stdout: (bytes) => stdout.write(bytes),
    stderr: (bytes) => log.write(bytes),
  });
  let exports: WasmExports = {};
  const global = (name: string): WasmGlobal => (exports[name] as WasmGlobal | undefined) ?? { value: 0n };
  let thrown: unknown;
  let movement: Movement | undefined;
  let unmovable: CompiledProgram['unmovable'];
  let beganMs = performance.now();
  try {
    const compiled = program();
    beganMs = performance.now();
    ({ unmovable } = compiled);
    ({ exports } = new wasm.Instance(compiled.module, { [wasiModule]: host.imports }));
    host.attach(exports['memory'] as WasmMemory);
    if (compiled.movable) {
      movement = new Movement({ channel, order, exports, state, settle: () => inputs.settle(), bounces: compiled.bytes > maxOptimisedAtOnceBytes, flush: () => (stdout.flush(), log.flush()) });
      if (image !== undefined) movement.restore(image);
    } else if (image !== undefined) throw new SnapshotUnfit('the program is not movable');
    channel.send(toParent.started, new TextEncoder().encode(unmovable ?? ''));
    channel.pass();
    if (movement === undefined) {
      global(addedExport.fuel).value = BigInt(order.fuel);
      global(addedExport.stack).value = guestStackBytes;
      (exports[addedExport.start] as (() => void) | undefined)?.();
      (exports['_start'] as () => void)();
    } else movement.run();
  } catch (error) {
    if (error instanceof ChannelClosed) throw error;
    if (!(error instanceof WasiStop)) thrown = error;
  }
  channel.keep();
  movement?.end();
  inputs.settle();
  files.close();
  stdout.flush();
  log.flush();
  const fuelLeft = movement?.fuelLeft ?? BigInt(global(addedExport.fuel).value);
  const failure = failureOf({
    thrown,
    stop: state.stop,
    memoryRefused: Number(global(addedExport.refused).value) !== 0,
    fuelLeft,
    stackLeft: Number(global(addedExport.stack).value),
    fuel: order.fuel,
    maxMemoryBytes: order.maxPages * wasmPageBytes,
  });
  if (failure === undefined) sendFiles(channel, outputsOf(state), order.window === true);
  return {
    ...(failure === undefined ? {} : { failure }),
    ...(unmovable === undefined ? {} : { unmovable }),
    ...(thrown instanceof SnapshotUnfit ? { unfit: thrown.message.slice(0, maxFailureTextChars) } : {}),
    ms: performance.now() - beganMs,
    inputBytes: inputs.bytesRead,
    peakMemoryBytes: (exports['memory'] as WasmMemory | undefined)?.buffer.byteLength ?? 0,
    fuel: exports['memory'] === undefined ? 0 : Math.min(order.fuel, Number(BigInt(order.fuel) - fuelLeft)),
  };
}

