import type { DatabaseSync } from 'node:sqlite';
import { codeOf, type Clock } from '@shoal/runtime';
import { asStoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { transaction } from './open.ts';

/** written: survives kill -9. flushed: survives power loss too. */
export type Durability = 'written' | 'flushed';

interface Operation {
  durability: Durability;
  run: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Carries out what is asked for at the same time in one transaction: one flush for all. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #makeRoom: () => boolean;
  #queue: Operation[] = [];
  #scheduled = false;
  #synchronous: Durability = 'flushed';

  /** `makeRoom` is asked when the disk is full, and says whether it is worth another try. */
  constructor(database: DatabaseSync, clock: Pick<Clock, 'soon'>, makeRoom: () => boolean = () => false) {
    this.#database = database;
    this.#clock = clock;
    this.#makeRoom = makeRoom;
  }

  /** Resolves once `apply` is committed; if it throws, only its own changes are undone. */
  run<T>(durability: Durability, apply: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const run = (): void => {
        result = apply();
      };
      this.#queue.push({ durability, run, resolve: () => resolve(result), reject });
      this.#schedule();
    });
  }

  /** Commits at once what waits. */
  flush(): void {
    while (this.#queue.length > 0) this.#commit(this.#queue.splice(0, storeLimits.commitOperations));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #commit(batch: Operation[]): void {
    const done: Operation[] = [];
    try {
      this.#setDurability(batch.some((operation) => operation.durability === 'flushed') ? 'flushed' : 'written');
      transaction(this.#database, () => {
        for (const operation of batch) if (this.#attempt(operation, batch.length === 1)) done.push(operation);
      });
      for (const operation of done) operation.resolve();
    } catch (error) {
      const typed = asStoreError(error, 'write to the catalogue');
      if (codeOf(typed) === 'disk-full' && this.#makeRoom()) {
        this.#commit(batch);
        return;
      }
      for (const operation of batch) operation.reject(typed);
    }
  }

  #attempt(operation: Operation, alone: boolean): boolean {
    if (alone) {
      operation.run();
      return true;
    }
    this.#database.exec('SAVEPOINT operation');
    try {
      operation.run();
      this.#database.exec('RELEASE operation');
      return true;
    } catch (error) {
      const typed = asStoreError(error, 'write to the catalogue');
      // Where SQLite gave up the whole transaction, or there is no room: then it is the others' failure, too.
      if (!this.#database.isTransaction || codeOf(typed) === 'disk-full') throw error;
      this.#database.exec('ROLLBACK TO operation; RELEASE operation');
      operation.reject(typed);
      return false;
    }
  }

  #setDurability(durability: Durability): void {
    if (durability === this.#synchronous) return;
    this.#database.exec(`PRAGMA synchronous = ${durability === 'flushed' ? 'FULL' : 'NORMAL'}`);
    this.#synchronous = durability;
  }
}
