import type { Call, CallContext } from './calls/context.ts';
import { clockCalls } from './calls/clock.ts';
import { fileIoCalls } from './calls/file-io.ts';
import { fileStateCalls } from './calls/file-state.ts';
import { pathCalls } from './calls/path.ts';
import { processCalls } from './calls/process.ts';
import { errno, WasiError } from './errno.ts';
import { GuestMemory, type MemoryLike } from './memory.ts';
import type { WasiPorts } from './ports.ts';
import type { WasiState } from './state.ts';
import { WasiStop } from './stop.ts';

/** The module name under which programs import the calls. */
export const wasiModule = 'wasi_snapshot_preview1';

const table = { ...processCalls, ...clockCalls, ...fileIoCalls, ...fileStateCalls, ...pathCalls } as Record<string, Call>;

/** Every call that this host knows. */
export const wasiCallNames: ReadonlySet<string> = new Set(Object.keys(table));

export interface WasiHost {
  /** What a program imports; its properties cannot be listed. */
  imports: Record<string, (...args: never[]) => number>;
  /** Must be called before the program's first instruction that calls the host. */
  attach(memory: MemoryLike): void;
}

function bind(call: Call, context: CallContext): (...args: never[]) => number {
  return (...args) => {
    if (context.state.stop !== undefined) throw new WasiStop(context.state.stop);
    try {
      call(context, ...args);
      return errno.success;
    } catch (error) {
      if (error instanceof WasiError) return error.errno;
      if (error instanceof WasiStop) context.state.stop = error.reason;
      throw error;
    }
  };
}

/** The calls of one program, each bound when the program imports it: most import a few. */
class Imports {
  readonly context: CallContext;

  constructor(context: CallContext) {
    this.context = context;
  }
}

for (const [name, call] of Object.entries(table)) {
  Object.defineProperty(Imports.prototype, name, {
    get(this: Imports) {
      return bind(call, this.context);
    },
  });
}

/** The calls over a program's state. The state is the only thing that lasts. */
export function createWasiHost(state: WasiState, ports: WasiPorts): WasiHost {
  const memory = new GuestMemory();
  const imports = new Imports({ state, memory, ports }) as unknown as WasiHost['imports'];
  return { imports, attach: (guest) => memory.attach(guest) };
}
