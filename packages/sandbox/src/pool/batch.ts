import type { Cancel, Clock, ExecutionOutcome } from '@shoal/runtime';
import { toChild, type UnitOrder } from '../channel/frames.ts';
import { batchPatienceMs } from '../limits.ts';
import type { ChildListener, SandboxChild } from './child.ts';
import type { Session } from './session.ts';

export interface BatchMember {
  session: Session;
  order: UnitOrder;
  /** It was not begun, and is to be run as if this batch had never been. */
  again: () => void;
}

export interface BatchOptions {
  clock: Clock;
  /** Whether units that wait here would be begun at once elsewhere. Default: never. */
  isRoomElsewhere?: () => boolean;
}

/**
 * Units that one child runs one after the other, told of all of them at once. What ends the child is the matter of the unit
 * that it was at; those behind it run again.
 */
export class Batch implements ChildListener {
  readonly #child: SandboxChild;
  readonly #options: BatchOptions;
  /** The one that runs first. */
  #line: BatchMember[];
  /** The child will begin units that nobody waits for any more. */
  #isSpoilt = false;
  #cancelLook: Cancel = () => undefined;
  readonly #freed = Promise.withResolvers<void>();

  constructor(child: SandboxChild, members: BatchMember[], options: BatchOptions) {
    this.#child = child;
    this.#line = members;
    this.#options = options;
  }

  /** Begins; the child must be ready. Resolves when the child may be given to others, or is dead. */
  run(): Promise<void> {
    // What was cancelled on the way here is not even told to the child.
    this.#line = this.#line.filter(({ session }) => session.enlist(() => this.#next(session)));
    const [first, ...others] = this.#line;
    if (first === undefined) this.#freed.resolve();
    else {
      this.#child.listen(this);
      if (others.length === 0) first.session.run(first.order);
      else {
        this.#child.sendJson(toChild.batch, this.#line.map(({ order }) => ({ ...order, window: this.#child.window !== undefined })));
        first.session.begin();
        this.#look(first);
      }
    }
    return this.#freed.promise;
  }

  frame(kind: number, payload: Uint8Array): void {
    this.#line[0]?.session.frame(kind, payload);
  }

  gone(text: string): void {
    this.#line[0]?.session.gone(text);
  }

  /** A unit ended: in its turn, or cancelled while it waited. */
  #next(session: Session): void {
    if (this.#line[0]?.session !== session) return;
    this.#line.shift();
    const next = this.#line[0];
    if (next === undefined) {
      if (this.#isSpoilt) this.#child.kill('the units that it would begin run elsewhere');
      return this.#free();
    }
    if (!this.#child.alive) return this.#giveUp();
    if (!next.session.isOver) return next.session.begin();
    this.#child.kill('the unit that it would begin was cancelled');
    this.#giveUp();
  }

  #giveUp(): void {
    this.#sendAgain();
    this.#free();
  }

  /** Those in line go to the head of the pool's, unless they are over: the last one first, so that their order stays. */
  #sendAgain(from = 0): void {
    for (const { session, again } of this.#line.splice(from).reverse()) {
      if (session.isOver) continue;
      session.withdraw();
      again();
    }
  }

  #free(): void {
    this.#cancelLook();
    this.#child.listen(undefined);
    this.#freed.resolve();
  }

  /** Nobody waits behind a long unit where there is room elsewhere. */
  #look(at: BatchMember): void {
    this.#cancelLook = this.#options.clock.setTimer(batchPatienceMs, () => {
      const first = this.#line[0];
      if (first === undefined || this.#line.length === 1) return;
      if (first !== at || this.#options.isRoomElsewhere?.() !== true) return this.#look(first);
      this.#isSpoilt = true;
      this.#sendAgain(1);
    });
  }
}

/** Runs one unit in a child that is ready. */
export function runAlone(child: SandboxChild, session: Session, order: UnitOrder, clock: Clock): Promise<ExecutionOutcome> {
  // A line of one: nobody is behind it.
  void new Batch(child, [{ session, order, again: () => undefined }], { clock }).run();
  return session.outcome;
}
