import { errno, fail } from '../errno.ts';
import { fillRandom } from '../random.ts';
import { WasiStop } from '../stop.ts';
import type { CallContext, CallTable } from './context.ts';

function sizes({ memory }: CallContext, list: Uint8Array[], countAt: number, bytesAt: number): void {
  memory.setU32(countAt, list.length);
  memory.setU32(bytesAt, list.reduce((sum, item) => sum + item.length + 1, 0));
}

function strings({ memory }: CallContext, list: Uint8Array[], pointersAt: number, bytesAt: number): void {
  let at = bytesAt >>> 0;
  for (const [i, item] of list.entries()) {
    memory.setU32(pointersAt + i * 4, at);
    const target = memory.slice(at, item.length + 1);
    target.set(item);
    target[item.length] = 0;
    at += item.length + 1;
  }
}

/** Arguments, environment, randomness and ends. */
export const processCalls = {
  args_sizes_get: (c: CallContext, countAt: number, bytesAt: number) => sizes(c, c.state.args, countAt, bytesAt),
  args_get: (c: CallContext, pointersAt: number, bytesAt: number) => strings(c, c.state.args, pointersAt, bytesAt),
  environ_sizes_get: (c: CallContext, countAt: number, bytesAt: number) => sizes(c, c.state.env, countAt, bytesAt),
  environ_get: (c: CallContext, pointersAt: number, bytesAt: number) => strings(c, c.state.env, pointersAt, bytesAt),
  random_get: ({ state, memory }: CallContext, at: number, length: number) => fillRandom(state.random, memory.slice(at, length)),
  proc_exit: (_c: CallContext, code: number) => {
    throw new WasiStop({ kind: 'exit', exitCode: code >>> 0 });
  },
  proc_raise: () => fail(errno.nosys),
  sched_yield: () => {},
  // There is no network: no descriptor is a socket.
  sock_accept: () => fail(errno.notsock),
  sock_recv: () => fail(errno.notsock),
  sock_send: () => fail(errno.notsock),
  sock_shutdown: () => fail(errno.notsock),
} satisfies CallTable;
