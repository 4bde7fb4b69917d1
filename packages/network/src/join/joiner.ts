import { deadline, messageOf, type Clock, type JoinState, type Logger, type PeerId, type Random } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import type { Neighbours } from '../neighbours/neighbours.ts';
import type { KnownPeers } from '../peer-store/known-peers.ts';
import { createBackoff } from '../timing/backoff.ts';
import { sleep } from '../timing/sleep.ts';
import { readAddresses, type Dialler } from './dialler.ts';
import { createLane } from './lane.ts';
import { lookUp } from './lookup.ts';

export interface JoinerInit {
  node: MeshNode;
  bootstrap: readonly string[];
  known: KnownPeers;
  neighbours: Neighbours;
  dialler: Dialler;
  clock: Clock;
  random: Random;
  logger: Logger;
  limits: NetworkLimits;
  signal: AbortSignal;
  /** There are neighbours, after there was nobody. */
  joined(): void;
}

/** Finds neighbours and keeps a floor of them for life. */
export interface Joiner {
  readonly state: JoinState;
  readonly ready: boolean;
  /** From the start to the first time it was ready. */
  readonly readyAfterMs: number | undefined;
  /** There is one neighbour more. */
  gained(): void;
  /** There is one neighbour less, or somebody new to dial. */
  wake(): void;
  /** Resolves when `signal` has ended it. */
  run(): Promise<void>;
}

export function createJoiner(init: JoinerInit): Joiner {
  const { node, clock, limits, neighbours, known, logger, signal } = init;
  const startedAt = clock.monotonic();
  const smallBackoff = createBackoff(init.random, limits.joinBackoffMs, limits.joinBackoffMaxMs);
  const isolatedBackoff = createBackoff(init.random, limits.joinBackoffMs, limits.isolatedBackoffMaxMs);
  let state: JoinState = 'starting';
  let readyAfterMs: number | undefined;
  let nudge = new AbortController();
  /** Ends the search that is under way. */
  let enough = new AbortController();

  const isFull = (): boolean => neighbours.count >= limits.neighbourFloor;
  const isJoined = (): boolean => state === 'full' || state === 'small';
  const isReady = (): boolean => isJoined() || state === 'alone';

  const settle = (next: JoinState): void => {
    if (next === state) return;
    logger.debug('Joining', { state: next, neighbours: neighbours.count });
    const wasJoined = isJoined();
    state = next;
    if (isJoined() && !wasJoined) init.joined();
    if (isReady()) readyAfterMs ??= clock.monotonic() - startedAt;
  };

  /** The bootstrap addresses first, then those met last, then a draw among the others: not the same ones every time. */
  const dialKnown = async (): Promise<void> => {
    const strangers = known.list().filter(({ peer }) => !neighbours.has(peer));
    const chosen = strangers.splice(0, limits.joinKnownPeers / 2);
    while (chosen.length < limits.joinKnownPeers && strangers.length > 0) chosen.push(...strangers.splice(init.random.integer(strangers.length), 1));
    const targets: (() => Promise<boolean>)[] = [
      ...init.bootstrap.map((address) => () => init.dialler.dialAddress(address)),
      ...chosen.map(({ peer, addresses }) => () => init.dialler.dialPeer(peer, readAddresses(addresses))),
    ];
    const dials = createLane(limits.joinParallelDials, () => isFull() || signal.aborted);
    for (const target of targets) dials.add(target);
    await dials.done(AbortSignal.any([signal, enough.signal]));
  };

  /** Looks one key up and dials whom it yields, until the floor holds. Resolves with how many peers were named. */
  const explore = async (key: Uint8Array, tried: Set<PeerId>): Promise<number> => {
    let named = 0;
    const dials = createLane(limits.joinParallelDials, () => isFull() || signal.aborted);
    for await (const { peer, addresses } of lookUp(node, key, deadline(limits.lookupTimeoutMs, AbortSignal.any([signal, enough.signal])))) {
      named += 1;
      if (tried.has(peer) || neighbours.has(peer)) continue;
      tried.add(peer);
      dials.add(async () => {
        if (!neighbours.has(peer)) await init.dialler.dialPeer(peer, addresses);
      });
    }
    await dials.done(AbortSignal.any([signal, enough.signal]));
    return named;
  };

  const tableFilled = async (): Promise<boolean> => {
    const until = clock.monotonic() + limits.tableWaitMs;
    while (node.services.dht.routingTable.size === 0) {
      if (clock.monotonic() > until || signal.aborted) return false;
      await sleep(clock, 10, signal);
    }
    return true;
  };

  const round = async (): Promise<JoinState> => {
    enough = new AbortController();
    if (neighbours.count === 0) await dialKnown();
    if (neighbours.count === 0) return init.bootstrap.length + known.list().length === 0 ? 'alone' : 'isolated';
    if (isFull()) return 'full';
    if (!(await tableFilled())) return 'small';
    const tried = new Set<PeerId>();
    const near = await explore(node.peerId.toMultihash().bytes, tried);
    // Fewer than a bucket holds: those were all there are.
    if (near < limits.dhtReplication) return isFull() ? 'full' : 'small';
    for (let index = 0; index < limits.randomLookups && !isFull() && !signal.aborted; index += 1) {
      await explore(init.random.bytes(32), tried);
    }
    if (!isFull()) await dialKnown();
    return isFull() ? 'full' : 'small';
  };

  /** How long to leave it at that, unless woken. */
  const pauseMs = (): number => {
    if (state === 'full') {
      smallBackoff.reset();
      isolatedBackoff.reset();
      return limits.joinBackoffMaxMs;
    }
    return state === 'isolated' ? isolatedBackoff.next() : smallBackoff.next();
  };

  return {
    get state() {
      return state;
    },
    get ready() {
      return isReady();
    },
    get readyAfterMs() {
      return readyAfterMs;
    },
    gained() {
      if (isFull()) {
        settle('full');
        enough.abort();
      } else {
        // It may know others.
        nudge.abort();
      }
    },
    wake() {
      smallBackoff.reset();
      nudge.abort();
    },
    async run() {
      while (!signal.aborted) {
        try {
          const outcome = await round();
          settle(isFull() ? 'full' : outcome);
        } catch (error) {
          if (!signal.aborted) logger.warn('A round of joining failed', { reason: messageOf(error) });
        }
        await sleep(clock, pauseMs(), AbortSignal.any([signal, nudge.signal]));
        // Changes come in crowds: one round answers many.
        if (nudge.signal.aborted) await sleep(clock, limits.joinBackoffMs * init.random.float(), signal);
        nudge = new AbortController();
      }
    },
  };
}
