import { clockEpochNs, clockStepNs, maxSubscriptions } from '../../limits.ts';
import { eventType } from '../abi.ts';
import { descriptorAt } from '../descriptors.ts';
import { errno, fail } from '../errno.ts';
import type { CallContext, CallTable } from './context.ts';

/** Far enough for every program, and short of where 64 signed bits end. */
const lastInstantNs = 1n << 62n;

const clockIds = 4;

const advance = (now: bigint, by: bigint): bigint => (now + by > lastInstantNs ? lastInstantNs : now + by);

/** The realtime clock starts at a fixed instant; the others at zero. All move together. */
const offsetOf = (clock: number): bigint => (clock === 0 ? clockEpochNs : 0n);

interface Subscription {
  userdata: bigint;
  kind: number;
  /** Virtual instant at which a clock is due. */
  dueNs: bigint;
  error: number;
  bytes: bigint;
}

const subscriptionBytes = 48;
const eventBytes = 32;

function readSubscription({ state, memory }: CallContext, at: number): Subscription {
  const kind = memory.u8(at + 8);
  const subscription: Subscription = { userdata: memory.u64(at), kind, dueNs: 0n, error: 0, bytes: 0n };
  if (kind === eventType.clock) {
    const clock = memory.u32(at + 16);
    const timeout = memory.u64(at + 24);
    const absolute = (memory.u16(at + 40) & 1) === 1;
    if (clock >= clockIds) subscription.error = errno.inval;
    else if (absolute) subscription.dueNs = timeout - offsetOf(clock);
    else subscription.dueNs = advance(state.clockNs, timeout);
  } else if (kind === eventType.read || kind === eventType.write) {
    const descriptor = state.descriptors[memory.u32(at + 16)];
    if (descriptor === undefined) subscription.error = errno.badf;
    else if (kind === eventType.read && descriptor.kind === 'node') {
      const node = state.nodes[descriptor.node];
      const length = node?.kind === 'file' ? node.content.length : node?.kind === 'input' ? node.bytes : 0;
      subscription.bytes = BigInt(Math.max(0, length - descriptor.offset));
    }
  } else {
    fail(errno.inval);
  }
  return subscription;
}

/** Nothing is ever waited for: files are always ready, and a sleep moves the virtual clock. */
function poll(context: CallContext, inAt: number, outAt: number, count: number, writtenAt: number): void {
  const { state, memory } = context;
  const total = count >>> 0;
  if (total === 0 || total > maxSubscriptions) fail(errno.inval);
  const all = Array.from({ length: total }, (_, i) => readSubscription(context, inAt + i * subscriptionBytes));
  const isReady = (s: Subscription): boolean => s.kind !== eventType.clock || s.error !== 0 || s.dueNs <= state.clockNs;
  if (!all.some(isReady)) state.clockNs = all.reduce((least, s) => (s.dueNs < least ? s.dueNs : least), lastInstantNs);
  const ready = all.filter(isReady);
  for (const [i, event] of ready.entries()) {
    const at = outAt + i * eventBytes;
    memory.slice(at, eventBytes).fill(0);
    memory.setU64(at, event.userdata);
    memory.setU16(at + 8, event.error);
    memory.setU8(at + 10, event.kind);
    memory.setU64(at + 16, event.bytes);
  }
  memory.setU32(writtenAt, ready.length);
}

/** Virtual time. */
export const clockCalls = {
  clock_res_get: ({ memory }: CallContext, clock: number, at: number) => {
    if (clock >>> 0 >= clockIds) fail(errno.inval);
    memory.setU64(at, clockStepNs);
  },
  clock_time_get: ({ state, memory }: CallContext, clock: number, _precision: bigint, at: number) => {
    if (clock >>> 0 >= clockIds) fail(errno.inval);
    state.clockNs = advance(state.clockNs, clockStepNs);
    memory.setU64(at, state.clockNs + offsetOf(clock));
  },
  poll_oneoff: poll,
} satisfies CallTable;

/** For calls that name a descriptor and need nothing of it. */
export const checkDescriptor = ({ state }: CallContext, fd: number): void => void descriptorAt(state, fd);
