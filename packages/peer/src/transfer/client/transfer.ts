import { codeOf, messageOf, type BlobStore, type Cid, type Clock, type PeerId } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import { BodyPool } from '../wire/body-pool.ts';
import { Changes } from './changes.ts';
import { Holder, type HolderOwner } from './holder.ts';
import { pause } from './pause.ts';
import { Plan, type Wanted } from './plan.ts';
import type { Sessions } from './sessions.ts';

export interface Progress {
  /** Taken in over the wire by this transfer. */
  bytesFetched: number;
  blocksFetched: number;
  /** The bytes, by who gave them. */
  bytesFrom: Map<PeerId, number>;
  /** Content of the whole DAG, as far as it is known. */
  bytesTotal: number | undefined;
}

export interface TransferInit {
  root: Cid;
  from: readonly PeerId[];
  store: BlobStore;
  sessions: Sessions;
  clock: Clock;
  signal: AbortSignal;
  /** 0: the root block alone. */
  maxDepth: number;
  maxBytes: number;
  onProgress: (progress: Progress) => void;
  /** A holder sent what no honest one sends. */
  offence?: ((peer: PeerId, code: string, text: string) => void) | undefined;
}

/** Why a holder is of no more use. */
interface Dropped {
  peer: PeerId;
  error: unknown;
}

/** One walk over a DAG that fetches what is missing from several holders at once. */
export class Transfer implements HolderOwner {
  readonly progress: Progress = { bytesFetched: 0, blocksFetched: 0, bytesFrom: new Map(), bytesTotal: undefined };
  readonly bodies = new BodyPool();
  readonly #init: TransferInit;
  readonly #plan: Plan;
  readonly #changes: Changes;
  readonly #over = new AbortController();
  readonly #loops = new Map<PeerId, Promise<void>>();
  readonly #active = new Set<Holder>();
  readonly #storing = new Set<Promise<void>>();
  #storingBytes = 0;
  readonly #dropped: Dropped[] = [];
  /** Not used so far, the most promising one last. */
  readonly #spare: PeerId[];
  #fatal: unknown;

  constructor(init: TransferInit) {
    this.#init = init;
    this.#plan = new Plan(init.store, init.clock, init.root, init.maxDepth);
    this.#changes = new Changes(init.clock);
    this.#spare = [...new Set(init.from)].reverse();
  }

  /** Resolves when everything is here. */
  async run(): Promise<void> {
    const { signal } = this.#init;
    const abort = (): void => this.#fail(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#checkSize();
      await this.#plan.walk();
      if (this.#plan.done) return;
      for (let count = 0; count < transferLimits.holders; count += 1) this.#startHolder();
      while (this.#loops.size > 0) await Promise.all(this.#loops.values());
      await Promise.all(this.#storing);
      if (this.#fatal !== undefined) throw this.#fatal;
      if (!this.#plan.done) throw this.#noHolder();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async take(wanted: Wanted, bytes: Uint8Array, holder: Holder): Promise<void> {
    const storing = this.#keep(wanted, bytes, holder);
    this.#storing.add(storing);
    this.#storingBytes += bytes.length;
    void storing.then(() => {
      this.#storing.delete(storing);
      this.#storingBytes -= bytes.length;
    });
    while (this.#storing.size >= transferLimits.storingBlocks || this.#storingBytes >= transferLimits.storingBytes) await Promise.race(this.#storing);
  }

  idle(): void {
    const lacking = this.#plan.lackedByAll([...this.#loops.keys()]);
    if (lacking === undefined || this.#startHolder()) return;
    const asked = this.#loops.size;
    this.#fail(
      new TransferError('transfer-incomplete', `Cannot fetch ${this.#init.root}: none of the ${asked} holders has block ${lacking}`, {
        hint: 'Somebody removed it, or never had all of it. Ask again when more holders are there.',
      }),
    );
  }

  /** Never rejects: what goes wrong ends the holder, or the transfer. */
  async #keep(wanted: Wanted, bytes: Uint8Array, holder: Holder): Promise<void> {
    const { peer } = holder;
    try {
      if (this.#plan.isWanted(wanted.cid)) await this.#init.store.putBlock(wanted.cid, bytes);
      holder.useful = true;
      // Before anything below the root is asked for.
      if (wanted.depth === 0) await this.#checkSize();
      this.#stored(wanted, bytes.length, peer);
    } catch (error) {
      this.#plan.giveBack(wanted, peer, false);
      if (codeOf(error) === 'block-hash-mismatch') {
        holder.fail(new TransferError('transfer-lied', `The holder sent other bytes for ${wanted.cid}`, { cause: error }));
      } else this.#fail(error);
    }
    this.bodies.give(bytes);
    this.#changes.notify();
  }

  #stored(wanted: Wanted, bytes: number, from: PeerId): void {
    if (!this.#plan.isWanted(wanted.cid)) return; // another holder was faster
    this.#plan.stored(wanted);
    const { progress } = this;
    progress.bytesFetched += bytes;
    progress.blocksFetched += 1;
    progress.bytesFrom.set(from, (progress.bytesFrom.get(from) ?? 0) + bytes);
    if (progress.bytesFetched > this.#init.maxBytes + transferLimits.overheadBytes) throw this.#oversize(progress.bytesFetched);
    this.#init.onProgress(progress);
    if (this.#plan.done) this.#end();
  }

  async #checkSize(): Promise<void> {
    const { root, store, maxBytes } = this.#init;
    this.progress.bytesTotal = (await store.stat(root))?.bytes;
    if (this.#init.maxDepth > 0 && (this.progress.bytesTotal ?? 0) > maxBytes) throw this.#oversize(this.progress.bytesTotal ?? 0);
  }

  /** False when none is left. */
  #startHolder(): boolean {
    const peer = this.#spare.pop();
    if (peer === undefined || this.#over.signal.aborted) return false;
    const loop = this.#useHolder(peer).finally(() => {
      this.#loops.delete(peer);
      this.#changes.notify();
    });
    this.#loops.set(peer, loop);
    return true;
  }

  /** Never rejects. */
  async #useHolder(peer: PeerId): Promise<void> {
    let fresh = false;
    for (let failures = 0; ; ) {
      const outcome = await this.#tryHolder(peer, fresh);
      if (outcome === undefined || this.#over.signal.aborted) return;
      fresh = true;
      if (outcome.reused && !outcome.useful) continue; // a kept stream had ended unnoticed
      failures = outcome.useful ? 1 : failures + 1;
      const code = codeOf(outcome.error);
      const isOffence = code === 'transfer-lied' || code === 'transfer-malformed';
      if (isOffence) this.#init.offence?.(peer, code, messageOf(outcome.error));
      if (isOffence || failures >= transferLimits.attempts) {
        this.#dropped.push({ peer, error: outcome.error });
        this.#startHolder();
        return;
      }
      if (this.#loops.size < transferLimits.holders) this.#startHolder();
      await pause(this.#init.clock, transferLimits.retryMs * 2 ** (failures - 1), this.#over.signal);
    }
  }

  /** Undefined when there is nothing left to do. */
  async #tryHolder(peer: PeerId, fresh: boolean): Promise<{ error: unknown; reused: boolean; useful: boolean } | undefined> {
    const { sessions, clock } = this.#init;
    let reused = false;
    let holder: Holder | undefined;
    try {
      const acquired = await sessions.acquire(peer, this.#over.signal, fresh);
      reused = acquired.reused;
      holder = new Holder(acquired.session, this.#plan, this, this.#changes, clock);
      this.#active.add(holder);
      try {
        if (this.#over.signal.aborted) return undefined;
        await holder.run();
        return undefined;
      } finally {
        this.#active.delete(holder);
        sessions.release(acquired.session);
      }
    } catch (error) {
      if (this.#plan.failure !== undefined) this.#fail(this.#plan.failure);
      return { error, reused, useful: holder?.useful ?? false };
    }
  }

  #fail(error: unknown): void {
    this.#fatal ??= error;
    this.#end();
  }

  /** Ends what is still under way: it failed, or nothing is missing any more. */
  #end(): void {
    const reason = new TransferError('transfer-cut', 'The transfer is over');
    this.#over.abort(reason);
    for (const holder of this.#active) holder.finish(reason);
    this.#changes.notify();
  }

  #oversize(bytes: number): TransferError {
    const { root, maxBytes } = this.#init;
    return new TransferError('transfer-oversize', `Cannot fetch ${root}: it has ${bytes} bytes or more, at most ${maxBytes} are allowed`);
  }

  #noHolder(): TransferError {
    const { root, from } = this.#init;
    const reasons = this.#dropped.slice(0, 3).map(({ peer, error }) => `${peer}: ${messageOf(error)}`);
    return new TransferError(
      'transfer-no-holder',
      `Cannot fetch ${root}: ${from.length === 0 ? 'nobody is known to hold it' : `none of ${from.length} holders gave all of it (${reasons.join('; ')})`}`,
      { cause: this.#dropped[0]?.error, hint: 'Ask again when peers that hold it are there: `shoal peers` shows who holds what.' },
    );
  }
}
