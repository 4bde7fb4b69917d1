import { entrustedViews } from '@shoal/engine';
import { messageOf, type Cancel } from '@shoal/runtime';
import type { Peer, PeerOptions, PeerStatus } from './api.ts';
import { exportReceipts, ownReceipts } from './credit/receipts.ts';
import { createPeerData } from './data/peer-data.ts';
import { peerDefaults } from './defaults.ts';
import { PeerError } from './errors.ts';
import { jobHandle } from './jobs/job-handle.ts';
import { Ledgers } from './jobs/ledgers.ts';
import { submitJob } from './jobs/submit.ts';
import { membershipOf, revokeBy } from './members/view.ts';
import type { Parts } from './parts.ts';
import type { Runs } from './run/runs.ts';
import { knownPeers, statusOf } from './status.ts';

export interface PeerLife {
  runs: Runs;
  startedAt: number;
  caps: PeerStatus['caps'];
  /** As they were given. */
  ownersWords: PeerOptions;
  dataDir: string | undefined;
  onFailure: PeerOptions['onFailure'];
  /** Stops and closes everything that was opened for it. */
  stop: () => Promise<void>;
}

const readyPollMs = 20;

/** The face of a running peer. */
export function peerOf(parts: Parts, life: PeerLife): Peer {
  const { network, clock } = parts;
  const ledgers = new Ledgers(parts);
  const stopWatching = watchAddresses(parts);
  let stopped: Promise<void> | undefined;

  const stop = (): Promise<void> => {
    stopWatching();
    return (stopped ??= life.stop());
  };

  parts.stopping.addEventListener('abort', () => {
    const { reason } = parts.stopping;
    if (reason instanceof PeerError && reason.code === 'peer-failed') void stopFailed(reason);
  });

  const stopFailed = async (reason: PeerError): Promise<void> => {
    parts.logger.error('the peer had to stop', { reason: reason.message });
    await stop().catch((error: unknown) => parts.logger.error('stopping did not go cleanly', { reason: messageOf(error) }));
    life.onFailure?.(reason);
  };

  return {
    id: network.peerId,
    data: createPeerData(parts),
    status: () => statusOf(parts, life.runs, life),
    membership: () => membershipOf(parts),
    revoke: (list) => revokeBy(parts, list),
    addresses: () => network.status().addresses,
    async ready({ signal } = {}) {
      while (!network.status().ready) {
        signal?.throwIfAborted();
        parts.stopping.throwIfAborted();
        await new Promise<void>((resolve) => clock.setTimer(readyPollMs, resolve));
      }
    },
    peers: () => knownPeers(parts),
    figures: () => network.figures(),
    async submit(request, { signal } = {}) {
      return jobHandle(parts, ledgers, await submitJob(parts, request, signal));
    },
    jobs: ({ limit } = {}) => ledgers.list(limit),
    entrusted: () => entrustedViews(parts.engine),
    credit() {
      const receipts = ownReceipts(parts.journal, network.peerId, parts.crypto);
      return { receipts: receipts.map(({ view }) => view), export: () => exportReceipts(receipts) };
    },
    job: (id) => jobHandle(parts, ledgers, ledgers.find(id)),
    async pause() {
      await life.runs.saveNow();
      parts.executor?.pause?.();
    },
    proceed: () => parts.executor?.resume?.(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A peer learns its own addresses as it goes; what it learned is advertised. */
function watchAddresses({ clock, network, driver }: Parts): Cancel {
  let known = network.status().addresses.join();
  let cancel: Cancel = () => {};
  const look = (): void => {
    const { addresses } = network.status();
    if (addresses.join() !== known) {
      known = addresses.join();
      driver.handle({ type: 'addresses', addresses });
    }
    cancel = clock.setTimer(peerDefaults.addressesEveryMs, look);
  };
  cancel = clock.setTimer(peerDefaults.addressesEveryMs, look);
  return () => cancel();
}
