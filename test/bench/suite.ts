import type { BenchPeerOptions } from './peers/peer-options.ts';
import type { RemotePeer } from './peers/remote-peer.ts';
import type { Figure } from './report/figure.ts';

/** What a suite is given. All that it starts is stopped, and all that it writes removed, when it ends. */
export interface BenchContext {
  /** Tiny sizes: does it work at all? */
  quick: boolean;
  /** A folder of this suite's own. */
  dir: string;
  report(figure: Figure): void;
  /** Starts a durable peer in a process of its own; `name` is its data directory and its place in a profile. */
  startPeer(name: string, options?: BenchPeerOptions): Promise<RemotePeer>;
}

export interface Suite {
  name: string;
  /** What it measures, in a line. */
  title: string;
  run(context: BenchContext): Promise<void>;
}
