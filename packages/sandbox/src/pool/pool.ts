import { ShoalError, type Cancel, type Clock, type Logger, type PeerId } from '@shoal/runtime';
import { childIdleMs, childMaxUnits, childRestartMs, childStopMs, maxQueuedExecutions } from '../limits.ts';
import type { SandboxChild } from './child.ts';
import { Throttle } from './throttle.ts';

export interface PoolOptions {
  /** Units that run at once. */
  slots: number;
  start: () => SandboxChild;
  clock: Clock;
  logger: Logger;
  /** How many units of a kind may go to a child at once. Default: one. */
  together?: (kind: string) => number;
}

interface IdleChild {
  child: SandboxChild;
  cancelExpiry: Cancel;
}

/** A unit that needs a child. */
export interface Claim {
  submitter: PeerId;
  /** Units of the same kind may follow each other in a child; undefined where that must not be. */
  kind?: string | undefined;
}

/** A child, and the claims that it is for: the first in line, and others of its kind that waited. */
export interface Seat<C extends Claim> {
  child: SandboxChild;
  claims: C[];
}

interface Waiter<C extends Claim> {
  claim: C;
  grant: (seat: Promise<Seat<C> | undefined>) => void;
  refuse: (error: Error) => void;
}

/**
 * Warm children: fresh ones that have served nobody, and idle ones that go on serving their submitter.
 * At most `slots` are busy, and about as many more exist.
 */
export class Pool<C extends Claim = Claim> {
  readonly #options: PoolOptions;
  readonly #fresh: SandboxChild[] = [];
  /** Least recently used first. */
  readonly #idle: IdleChild[] = [];
  readonly #all = new Set<SandboxChild>();
  readonly #waiters: Waiter<C>[] = [];
  readonly #throttle: Throttle;
  #busy = 0;
  #stopped = false;
  #cancelRestart: Cancel | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.clock);
  }

  /** What holds busy children back. */
  get throttle(): Throttle {
    return this.#throttle;
  }

  /** Takes in a child that was started before the pool. */
  adopt(child: SandboxChild): void {
    this.#watch(child);
    this.#fresh.push(child);
    this.#refill();
  }

  /** Slots are free, and nobody waits. */
  get hasRoom(): boolean {
    return this.#busy < this.#options.slots && this.#waiters.length === 0;
  }

  /**
   * Waits for a slot and for a child that has served nobody but the claim's submitter; give it back with release(). Resolves
   * with undefined for a claim that is in another one's seat. `first`: it was in line before, and stands at its head again.
   */
  acquire(claim: C, signal: AbortSignal, first = false): Promise<Seat<C> | undefined> {
    if (this.#stopped) return Promise.reject(stoppedError());
    if (signal.aborted) return Promise.reject(cancelledError());
    if (this.#waiters.length >= maxQueuedExecutions) {
      return Promise.reject(new ShoalError('executor-busy', `Cannot queue another execution: ${maxQueuedExecutions} wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Seat<C> | undefined>();
    const waiter: Waiter<C> = { claim, grant: resolve, refuse: reject };
    const onAbort = (): void => {
      const at = this.#waiters.indexOf(waiter);
      if (at < 0) return;
      this.#waiters.splice(at, 1);
      reject(cancelledError());
    };
    if (first) this.#waiters.unshift(waiter);
    else this.#waiters.push(waiter);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#pump();
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  /** Gives a slot and its child back; a dead child, or none, frees the slot as well. */
  release(child: SandboxChild): void {
    this.#busy--;
    this.#throttle.remove(child);
    if (child.alive && !this.#stopped) this.#keep(child);
    else child.kill('the pool was stopped');
    this.#pump();
    this.#refill();
  }

  /** Ends all children; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRestart?.();
    this.#throttle.stop();
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(stoppedError());
    for (const { cancelExpiry } of this.#idle.splice(0)) cancelExpiry();
    const all = [...this.#all];
    for (const child of all) child.kill('the sandbox was stopped');
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.setTimer(childStopMs, resolve);
    await Promise.race([Promise.all(all.map((child) => child.exited)), promise]);
    cancel();
  }

  #pump(): void {
    while (this.#busy < this.#options.slots) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      this.#busy++;
      const { submitter } = waiter.claim;
      const companions = this.#companionsOf(waiter.claim);
      const claims = [waiter, ...companions].map(({ claim }) => claim);
      const child = this.#pick(submitter);
      child.submitter = submitter;
      child.units += claims.length;
      const seat = child.ready.then(
        () => {
          this.#throttle.add(child);
          return { child, claims };
        },
        (error: Error) => {
          this.release(child);
          throw error;
        },
      );
      waiter.grant(seat);
      for (const { grant } of companions) grant(seat.then(() => undefined));
    }
    this.#refill();
  }

  /** Those in line that go along with `first`: as many as are short enough together, and no more than its slot's share. */
  #companionsOf({ submitter, kind }: C): Waiter<C>[] {
    if (kind === undefined || this.#waiters.length === 0) return [];
    const alike = this.#waiters.filter(({ claim }) => claim.kind === kind && claim.submitter === submitter);
    const most = Math.min(this.#options.together?.(kind) ?? 1, Math.ceil((alike.length + 1) / this.#options.slots)) - 1;
    const companions = new Set(alike.slice(0, most));
    if (companions.size > 0) this.#waiters.splice(0, this.#waiters.length, ...this.#waiters.filter((waiter) => !companions.has(waiter)));
    return [...companions];
  }

  #pick(submitter: PeerId): SandboxChild {
    const at = this.#idle.findLastIndex(({ child }) => child.submitter === submitter && child.alive);
    if (at >= 0) {
      const [entry] = this.#idle.splice(at, 1) as [IdleChild];
      entry.cancelExpiry();
      return entry.child;
    }
    return this.#fresh.shift() ?? this.#startOne();
  }

  #keep(child: SandboxChild): void {
    if (child.units >= childMaxUnits) return child.kill('it has served its number of units');
    const expire = (): void => {
      const at = this.#idle.findIndex((entry) => entry.child === child);
      if (at >= 0) this.#idle.splice(at, 1);
      child.kill('nobody needed it');
      this.#refill();
    };
    this.#idle.push({ child, cancelExpiry: this.#options.clock.setTimer(childIdleMs, expire) });
    // Idle children of many submitters must not pile up.
    if (this.#idle.length > this.#options.slots) {
      const oldest = this.#idle.shift();
      oldest?.cancelExpiry();
      oldest?.child.kill('others needed its place');
    }
  }

  #startOne(): SandboxChild {
    const child = this.#options.start();
    this.#watch(child);
    return child;
  }

  #watch(child: SandboxChild): void {
    this.#all.add(child);
    void child.exited.then(() => this.#forget(child));
  }

  #forget(child: SandboxChild): void {
    this.#all.delete(child);
    const fresh = this.#fresh.indexOf(child);
    const idle = this.#idle.findIndex((entry) => entry.child === child);
    if (idle >= 0) this.#idle.splice(idle, 1)[0]?.cancelExpiry();
    if (fresh < 0) return this.#refill();
    this.#fresh.splice(fresh, 1);
    if (this.#stopped) return;
    // A spare that dies by itself says that starting fails: not at once again.
    this.#options.logger.warn('A spare sandbox process died; another is started later', { afterMs: childRestartMs });
    this.#cancelRestart ??= this.#options.clock.setTimer(childRestartMs, () => {
      this.#cancelRestart = undefined;
      this.#refill();
    });
  }

  /** Starts spare children in the background: one at least, and as many as there are slots without any child. */
  #refill(): void {
    if (this.#stopped || this.#cancelRestart !== undefined) return;
    const wanted = Math.max(1, this.#options.slots - this.#busy - this.#idle.length);
    while (this.#fresh.length < wanted) this.#fresh.push(this.#startOne());
  }
}

const stoppedError = (): ShoalError => new ShoalError('executor-stopped', 'The sandbox was stopped');

const cancelledError = (): ShoalError => new ShoalError('cancelled', 'The execution was cancelled before it began');
