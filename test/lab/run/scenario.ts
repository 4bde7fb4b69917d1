import type { Lab } from '../net/lab.ts';

/** One claim about the mesh, and the topology that proves it. */
export interface Scenario {
  name: string;
  /** The claim, in a line. */
  about: string;
  /** Resolves with the figures seen; throws when the claim does not hold. */
  run(lab: Lab, signal: AbortSignal): Promise<string>;
  /** Longer than that is a failure of its own. */
  withinMs: number;
}

export interface Verdict {
  name: string;
  about: string;
  passed: boolean;
  /** Figures, or why not. */
  text: string;
  seconds: number;
}
