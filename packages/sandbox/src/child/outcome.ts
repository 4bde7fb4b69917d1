import type { UnitReport } from '../channel/frames.ts';
import { guestStackBytes, maxFailureTextChars } from '../limits.ts';
import { InvalidModule } from '../module/invalid.ts';
import type { StopReason } from '../wasi/stop.ts';
import { MemoryTooLarge } from './programs.ts';
import { wasm } from './webassembly.ts';

type Failure = NonNullable<UnitReport['failure']>;

/** What is known when a program ends. */
export interface Ending {
  /** What was thrown, if anything was. */
  thrown: unknown;
  stop: StopReason | undefined;
  /** Memory was refused at least once. */
  memoryRefused: boolean;
  fuelLeft: bigint;
  stackLeft: number;
  fuel: number;
  maxMemoryBytes: number;
}

const failure = (code: Failure['code'], message: string, deterministic: boolean): Failure => ({
  code,
  message: message.slice(0, maxFailureTextChars),
  deterministic,
});

function ofStop(stop: StopReason, ending: Ending): Failure | undefined {
  if (stop.kind !== 'exit') return failure(stop.kind, stop.text, stop.kind !== 'input-unreadable');
  if (stop.exitCode === 0) return undefined;
  const memory = ending.memoryRefused ? `; before, it was refused more than ${ending.maxMemoryBytes} bytes of memory` : '';
  return failure('program-exited', `the program ended with exit code ${stop.exitCode}${memory}`, true);
}

/** Names the end of a program; undefined when it ended well. */
export function failureOf(ending: Ending): Failure | undefined {
  const { thrown, stop } = ending;
  // A guest may catch what unwinds it; the reason stands nevertheless.
  if (stop !== undefined) return ofStop(stop, ending);
  if (thrown === undefined) return undefined;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof InvalidModule) return failure(thrown.code, `the program cannot run here: ${text}`, true);
  if (thrown instanceof wasm.LinkError) return failure('program-invalid', `the program cannot be linked: ${text}`, true);
  if (thrown instanceof MemoryTooLarge) {
    return failure('memory-exceeded', `the program needs more memory than its ${ending.maxMemoryBytes} bytes: ${text}`, true);
  }
  if (thrown instanceof wasm.RuntimeError) {
    if (ending.fuelLeft < 0n) return failure('fuel-exceeded', `the program used up its fuel of ${ending.fuel}`, true);
    if (ending.stackLeft < 0) return failure('depth-exceeded', `the program stopped: its calls went too deep (${guestStackBytes} bytes of stack)`, true);
    if (ending.memoryRefused) {
      return failure('memory-exceeded', `the program stopped (${text}) after it was refused more than ${ending.maxMemoryBytes} bytes of memory`, true);
    }
    return failure('program-trapped', `the program stopped: ${text}`, true);
  }
  if (thrown instanceof wasm.Exception) return failure('program-trapped', 'the program threw an exception that it did not catch', true);
  // The count of the stack was too low for this program, and how deep V8 lets calls go depends on its optimisations.
  if (thrown instanceof RangeError && text.includes('call stack')) return failure('program-trapped', 'the program stopped: call stack exhausted', false);
  return failure('sandbox-crashed', `the sandbox failed: ${text}`, false);
}
