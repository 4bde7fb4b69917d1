import type { Clock, Network, PeerId } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import type { Pace } from '../pace.ts';
import { blocksProtocol } from '../wire/messages.ts';
import { Session } from './session.ts';

export type Opener = Pick<Network, 'open'>;

interface Idle {
  session: Session;
  cancel: () => void;
}

/** Streams kept open for a while after a transfer: opening one costs ten round trips. */
export class Sessions {
  readonly #network: Opener;
  readonly #clock: Clock;
  readonly #idle: Idle[] = [];
  /** Caps what all of them take in. */
  download: Pace | undefined;

  constructor(network: Opener, clock: Clock) {
    this.#network = network;
    this.#clock = clock;
  }

  /** A stream to a peer; `reused` when it may have ended unnoticed. */
  async acquire(peer: PeerId, signal: AbortSignal, fresh: boolean): Promise<{ session: Session; reused: boolean }> {
    const at = fresh ? -1 : this.#idle.findIndex(({ session }) => session.peer === peer);
    const [kept] = at < 0 ? [] : this.#idle.splice(at, 1);
    if (kept !== undefined) {
      kept.cancel();
      return { session: kept.session, reused: true };
    }
    return { session: new Session(await this.#network.open(peer, blocksProtocol, { signal }), this.download), reused: false };
  }

  /** Takes a stream back: to be kept, or ended. */
  release(session: Session): void {
    session.listen(undefined);
    const ofPeer = this.#idle.filter((idle) => idle.session.peer === session.peer).length;
    if (!session.reusable || ofPeer >= transferLimits.idlePerPeer || this.#idle.length >= transferLimits.idleStreams) {
      this.#end(session);
      return;
    }
    const idle: Idle = {
      session,
      cancel: this.#clock.setTimer(transferLimits.idleMs, () => {
        this.#idle.splice(this.#idle.indexOf(idle), 1);
        this.#end(session);
      }),
    };
    this.#idle.push(idle);
  }

  #end(session: Session): void {
    if (!session.reusable) {
      session.abort(new TransferError('transfer-cut', 'The transfer is over'));
      return;
    }
    const reason = new TransferError('transfer-stalled', `The holder did not end the stream within ${transferLimits.lingerMs} ms`);
    const cancel = this.#clock.setTimer(transferLimits.lingerMs, () => session.abort(reason));
    // However it fails to end in order, it is then cut; nobody waits for it any more.
    session.end().catch((error: unknown) => session.abort(error instanceof Error ? error : reason)).finally(cancel);
  }
}

const pools = new WeakMap<Opener, Sessions>();

/** The streams of a network: all its transfers share them. */
export function sessionsOf(network: Opener, clock: Clock): Sessions {
  const known = pools.get(network) ?? new Sessions(network, clock);
  pools.set(network, known);
  return known;
}

/** From now on, transfers of this network take in no more than that. */
export function capDownloads(network: Opener, clock: Clock, download: Pace): void {
  sessionsOf(network, clock).download = download;
}
