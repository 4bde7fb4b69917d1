import { CID } from 'multiformats/cid';
import { deadline, messageOf, type Cid, type Clock, type Logger, type Metrics, type Random } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { sleep } from '../timing/sleep.ts';

export interface ProviderInit {
  node: MeshNode;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  signal: AbortSignal;
}

interface Provided {
  dueAt: number;
  failures: number;
}

/** Keeps what this peer holds announced in the DHT. */
export interface Provider {
  add(cid: Cid): void;
  remove(cid: Cid): void;
  /** There are others again, after there was nobody: everything is announced anew. */
  renewAll(): void;
  run(): Promise<void>;
}

export function createProvider(init: ProviderInit): Provider {
  const { node, clock, limits, logger, metrics, random, signal } = init;
  const provided = new Map<Cid, Provided>();
  const running = new Set<Cid>();
  let nudge = new AbortController();

  const spread = (waitMs: number): number => waitMs * (0.75 + random.float() / 2);

  /** Resolves with the peers that took the record. */
  const announce = async (cid: Cid): Promise<number> => {
    let taken = 0;
    for await (const event of node.services.dht.provide(CID.parse(cid), { signal: deadline(limits.provideTimeoutMs, signal) })) {
      if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') taken += 1;
    }
    return taken;
  };

  const settle = (cid: Cid, reason: string | undefined): void => {
    const entry = provided.get(cid);
    if (entry === undefined) return;
    if (reason === undefined) {
      entry.failures = 0;
      entry.dueAt = clock.monotonic() + spread(limits.reprovideMs);
      metrics.add('network_dht_provided_total');
      return;
    }
    const waitMs = Math.min(limits.provideBackoffMaxMs, limits.provideBackoffMs * 2 ** Math.min(entry.failures, 16));
    entry.failures += 1;
    entry.dueAt = clock.monotonic() + spread(waitMs);
    metrics.add('network_dht_provide_failures_total');
    logger.debug('A record could not be announced; it is tried again', { cid, reason, failures: entry.failures });
  };

  const work = async (cid: Cid): Promise<void> => {
    running.add(cid);
    try {
      const taken = await announce(cid);
      settle(cid, taken > 0 ? undefined : 'nobody took it');
    } catch (error) {
      if (!signal.aborted) settle(cid, messageOf(error));
    } finally {
      running.delete(cid);
    }
  };

  const nextDue = (): [Cid, number] | undefined => {
    let first: [Cid, number] | undefined;
    for (const [cid, { dueAt }] of provided) {
      if (!running.has(cid) && (first === undefined || dueAt < first[1])) first = [cid, dueAt];
    }
    return first;
  };

  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const due = nextDue();
      const waitMs = due === undefined ? limits.provideBackoffMaxMs : due[1] - clock.monotonic();
      if (due !== undefined && waitMs <= 0) await work(due[0]);
      else await sleep(clock, waitMs, AbortSignal.any([signal, nudge.signal]));
    }
  };

  const wake = (): void => {
    nudge.abort();
    nudge = new AbortController();
  };

  return {
    add(cid) {
      if (provided.has(cid)) return;
      if (provided.size >= limits.maxProvided) {
        logger.warn('A record is not announced: too many are already', { cid, limit: limits.maxProvided });
        return;
      }
      provided.set(cid, { dueAt: clock.monotonic(), failures: 0 });
      wake();
    },
    remove(cid) {
      if (!provided.delete(cid)) return;
      node.services.dht.cancelReprovide(CID.parse(cid)).catch((error: unknown) => {
        logger.debug('A record could not be withdrawn', { cid, reason: messageOf(error) });
      });
    },
    renewAll() {
      if (provided.size === 0) return;
      const now = clock.monotonic();
      for (const entry of provided.values()) entry.dueAt = now;
      wake();
    },
    async run() {
      await Promise.all(Array.from({ length: limits.provideParallelism }, worker));
    },
  };
}
