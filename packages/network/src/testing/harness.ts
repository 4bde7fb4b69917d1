import type { Network } from '@shoal/runtime';

/** How the suite makes the networks it tries. */
export interface NetworkHarness {
  /** A network that is not started yet. Those of one harness and mesh can reach each other. */
  create(options: { mesh: string; bootstrap: string[] }): Network;
  /** The largest message that `send` takes. */
  maxMessageBytes: number;
}
