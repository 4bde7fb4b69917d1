/** A system that people would use instead, running on this machine beside us. */
export interface Rival {
  name: string;
  /** So many tasks that do nothing, all handed in at once, by two worker processes: tasks a second. */
  rate(tasks: number): Promise<number>;
  /** One task after the other, from handing it in to its result: milliseconds. */
  latencies(tasks: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** Why a rival cannot run here; said, and gone on without. */
export class NotInstalled extends Error {}
