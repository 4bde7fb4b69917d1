import type { Cid, PeerId } from '@shoal/runtime';
import { deadline } from '@shoal/runtime';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { TransferError } from '../transfer/errors.ts';
import { pause } from '../transfer/client/pause.ts';
import { advertisedHolders, providersOf, type Advertised, type Provided } from './holders.ts';

type Finder = Advertised & Provided & Pick<Parts, 'clock' | 'stopping'>;

export interface AwaitOptions {
  /** Default: `peerDefaults.awaitHoldersMs`. */
  waitMs?: number;
  signal?: AbortSignal;
}

/**
 * Who holds a blob, waited for: a peer that has just joined has not heard the adverts yet, and the record of a blob
 * that was just added is still on its way into the DHT. Adverts are looked at again and again meanwhile, the DHT is asked
 * again after a pause. Fails with `transfer-no-holder` when the time is up, and when the signal is aborted or the peer stops.
 */
export async function awaitHolders(parts: Finder, root: Cid, options: AwaitOptions = {}): Promise<PeerId[]> {
  const given = options.signal === undefined ? parts.stopping : AbortSignal.any([options.signal, parts.stopping]);
  const waitMs = options.waitMs ?? peerDefaults.awaitHoldersMs;
  const timeUp = deadline(waitMs, given);
  const over = new AbortController();
  const search = AbortSignal.any([timeUp, over.signal]);
  try {
    const found = await Promise.race([untilAdvertised(parts, root, search), untilProvided(parts, root, search)]);
    given.throwIfAborted();
    if (found.length > 0) return found;
    throw new TransferError('transfer-no-holder', `Cannot find ${root}: within ${waitMs / 1_000} s nobody advertised it, and the DHT knew nobody who holds it`, {
      hint: 'Ask again when peers that hold it are there: `shoal peers` shows who holds what.',
    });
  } finally {
    over.abort();
  }
}

async function untilAdvertised(parts: Finder, root: Cid, signal: AbortSignal): Promise<PeerId[]> {
  for (;;) {
    const holders = advertisedHolders(parts, root);
    if (holders.length > 0 || signal.aborted) return holders;
    await pause(parts.clock, peerDefaults.holdersPollMs, signal);
  }
}

async function untilProvided(parts: Finder, root: Cid, signal: AbortSignal): Promise<PeerId[]> {
  for (;;) {
    const holders = await providersOf(parts, root, signal);
    if (holders.length > 0 || signal.aborted) return holders;
    await pause(parts.clock, peerDefaults.providersPollMs, signal);
  }
}
