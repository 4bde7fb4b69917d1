import type { GuestMemory } from '../memory.ts';
import type { WasiPorts } from '../ports.ts';
import type { WasiState } from '../state.ts';

/** What a call works on. */
export interface CallContext {
  state: WasiState;
  memory: GuestMemory;
  ports: WasiPorts;
}

/**
 * One call of the interface: i32 arguments come as numbers (sign undefined), i64 as bigint.
 * Returning is success; an error number is thrown by fail().
 */
export type Call = (context: CallContext, ...args: never[]) => void;

export type CallTable = Record<string, Call>;
