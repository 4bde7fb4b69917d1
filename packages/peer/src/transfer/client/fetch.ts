import type { BlobStore, Cid, Clock, PeerId } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import { sessionsOf, type Opener } from './sessions.ts';
import { joinRun } from './shared-run.ts';
import { Transfer, type Progress } from './transfer.ts';

export interface FetchOptions {
  /** Who may hold it, the most promising first. */
  from: readonly PeerId[];
  store: BlobStore;
  network: Opener;
  clock: Clock;
  signal: AbortSignal;
  /** Told of holders that send what no honest one sends. */
  offence?: ((peer: PeerId, code: string, text: string) => void) | undefined;
}

export interface FetchBlobOptions extends FetchOptions {
  root: Cid;
  /** Most bytes of content to take in. Default: as many as the store takes. */
  maxBytes?: number;
  /** Called for every block, and by no more than is needed for a display. */
  onProgress?: (progress: Progress) => void;
}

/**
 * Brings a whole DAG here from those who hold it, several at once, each block checked as it comes.
 * What is here already is not fetched; what came stays when it fails, so that the next try goes on.
 * Pin the root first, or nothing keeps it once it is whole. Fails with `transfer-no-holder`,
 * `transfer-incomplete`, `transfer-oversize`, or what the store fails with.
 */
export async function fetchBlob(options: FetchBlobOptions): Promise<Progress> {
  const { root, store, signal } = options;
  signal.throwIfAborted();
  return joinRun(store, root, options, async (shared) => {
    await store.expect(root);
    for (let round = 1; ; round += 1) {
      await transfer({ ...options, ...shared }, Number.POSITIVE_INFINITY);
      if (await store.has(root)) return;
      if (round < transferLimits.rounds) continue;
      throw new TransferError('transfer-incomplete', `Cannot fetch ${root}: all its blocks came, and it is not whole: its parts contradict each other, or are damaged here`, {
        hint: 'Ask whoever made it to make it anew, and check the disk.',
      });
    }
  });
}

/** Brings one block here, and nothing below it: a directory without its files. */
export async function fetchBlock(options: FetchOptions & { cid: Cid }): Promise<void> {
  const { cid, signal } = options;
  signal.throwIfAborted();
  await transfer({ ...options, root: cid, onProgress: () => {} }, 0);
}

async function transfer(options: FetchBlobOptions & { onProgress: (progress: Progress) => void }, maxDepth: number): Promise<void> {
  const { root, from, store, network, clock, signal, onProgress, offence } = options;
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  await new Transfer({ root, from, store, sessions: sessionsOf(network, clock), clock, signal, maxDepth, maxBytes, onProgress, offence }).run();
}
