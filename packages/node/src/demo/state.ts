import type { Cid } from '@shoal/runtime';
import type { JobView, UnitView } from '@shoal/peer';
import type { DemoPeer } from './peer.ts';

export type StageName = 'join' | 'leave' | 'cut' | 'place' | 'run' | 'check';

export interface Stage {
  name: StageName;
  state: 'waiting' | 'running' | 'done';
  text: string;
}

/** What happened to the worker that was killed. */
export interface Kill {
  peer: DemoPeer;
  pid: number;
  unit: number;
  /** Since the job was posted. */
  afterMs: number;
  /** Replicas that it had committed by then. */
  committedBefore: number;
}

/** All that the demo's screen shows and its report tells. */
export interface DemoState {
  stages: Stage[];
  peers: DemoPeer[];
  /** Shards on each peer, by its number. */
  placed: Map<number, { shards: number; bytes: number }>;
  shards: { name: string; rows: number; bytes: number }[];
  dataset?: Cid;
  job?: JobView;
  units: UnitView[];
  postedAt?: number;
  kill?: Kill;
  /** The requester noticed that the killed worker was gone, this long after the kill. */
  missedAfterMs?: number;
}

const first: readonly (readonly [StageName, string])[] = [
  ['join', 'five peers, each told of one other only'],
  ['leave', 'the first one goes for good'],
  ['cut', "shards along the Parquet file's row groups"],
  ['place', 'each shard on two peers'],
  ['run', 'the job'],
  ['check', 'the answer, verified'],
];

export function createState(): DemoState {
  return { stages: first.map(([name, text]) => ({ name, state: 'waiting', text })), peers: [], placed: new Map(), shards: [], units: [] };
}
