import type { Violation } from '@shoal/sim';

/** What a process of a sweep says of a world. */
export interface World {
  seed: number;
  violations: Violation[];
  executions?: number;
  units?: number;
  messages?: number;
}

/** What a sweep found so far. */
export interface Swept {
  from: number;
  wanted: number;
  done: Set<number>;
  units: number;
  executions: number;
  messages: number;
  failures: World[];
  wallMs: number;
  interrupted: boolean;
}
