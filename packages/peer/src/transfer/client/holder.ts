import type { Clock, PeerId } from '@shoal/runtime';
import { transferLimits } from '../limits.ts';
import type { BodyPool } from '../wire/body-pool.ts';
import type { Changes } from './changes.ts';
import type { Plan, Wanted } from './plan.ts';
import type { Session } from './session.ts';
import { Watchdog } from './watchdog.ts';
import { Window } from './window.ts';

/** What a holder's loop tells the transfer that it works for. */
export interface HolderOwner {
  /** Buffers for what comes. */
  readonly bodies: BodyPool;
  /** Takes a block in; resolves once the next one may come. A block of another hash ends the loop through `fail`. */
  take(wanted: Wanted, bytes: Uint8Array, holder: Holder): Promise<void>;
  /** The holder has nothing to do although something is missing. */
  idle(): void;
}

/** Asks one holder, over one stream, for whatever is missing, as fast as it gives. */
export class Holder {
  readonly peer: PeerId;
  /** It gave a block. */
  useful = false;
  readonly #session: Session;
  readonly #plan: Plan;
  readonly #owner: HolderOwner;
  readonly #changes: Changes;
  readonly #watchdog: Watchdog;
  readonly #window: Window;
  #owed: Wanted[] = [];
  #failure: Error | undefined;
  #finished = false;

  constructor(session: Session, plan: Plan, owner: HolderOwner, changes: Changes, clock: Clock) {
    this.peer = session.peer;
    this.#session = session;
    this.#plan = plan;
    this.#owner = owner;
    this.#changes = changes;
    this.#watchdog = new Watchdog(clock, (error) => this.fail(error));
    this.#window = new Window(clock);
    session.listen(this.#watchdog);
  }

  /** Resolves when nothing is missing any more, or the transfer is over; rejects when the holder fails. */
  async run(): Promise<void> {
    try {
      while (!this.#plan.done && !this.#finished) await this.#step();
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#watchdog.stop();
      this.#session.listen(undefined);
      for (const wanted of this.#owed) this.#plan.giveBack(wanted, this.peer, false);
      this.#owed = [];
      this.#changes.notify();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the loop and its stream. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#session.abort(error);
    this.#changes.notify();
  }

  /** The transfer is over: what is still owed is no longer waited for. */
  finish(reason: Error): void {
    this.#finished = true;
    if (this.#owed.length > 0) this.#session.abort(reason);
  }

  async #step(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#plan.walk();
    await this.#ask();
    if (this.#owed.length > 0) return this.#receive();
    this.#watchdog.stop();
    if (this.#plan.done) return;
    this.#owner.idle();
    if (this.#finished) return;
    await this.#changes.wait(transferLimits.stealAfterMs);
    this.#window.restart();
  }

  async #ask(): Promise<void> {
    const owedBytes = this.#owed.reduce((sum, { bytes }) => sum + bytes, 0);
    // Several at a time: a request costs more than a name in it.
    if (this.#owed.length > 0 && owedBytes > this.#window.size / 2) return;
    const room = Math.min(transferLimits.windowBlocks - this.#owed.length, transferLimits.blocksPerRequest);
    let batch = room > 0 ? this.#plan.take(this.peer, this.#window.size - owedBytes, room) : [];
    if (batch.length === 0 && this.#owed.length === 0) batch = this.#plan.steal(this.peer);
    if (batch.length === 0) return;
    this.#owed.push(...batch);
    this.#watchdog.start();
    await this.#session.want(batch.map(({ cid }) => cid));
  }

  async #receive(): Promise<void> {
    const answer = await this.#session.next((length) => this.#owner.bodies.take(length));
    this.#watchdog.sawBlock();
    const wanted = this.#owed.shift() as Wanted;
    if (answer.bytes === undefined) {
      this.#plan.giveBack(wanted, this.peer, true);
      this.#changes.notify();
      return;
    }
    this.#window.saw(answer.bytes.length);
    await this.#owner.take(wanted, answer.bytes, this);
  }
}
