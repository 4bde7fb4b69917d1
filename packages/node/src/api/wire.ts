import type { DatasetView, JobRequest, JobTrace, JobView, KnownPeer, MembershipView, PeerStatus, ReceiptView, UnitView } from '@shoal/peer';

/** What crosses the local socket, as JSON. Both sides are of one version, on one machine, of one user. */

/** An error on its way to the command. */
export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
  /** Stack and causes, for `--verbose`. */
  detail?: string;
}

export interface StatusAnswer extends PeerStatus {
  pid: number;
  uptimeMs: number;
}

export interface PeersAnswer {
  peers: KnownPeer[];
}

/** This peer's own membership, absent in a public mesh, and the members that it knows. */
export interface MeshAnswer {
  membership?: MembershipView;
  members: { peer: string; connected: boolean; roles: string[]; labels: Record<string, string>; until: number }[];
}

export interface RevokedAnswer {
  /** Whether the list was news to this peer. */
  newer: boolean;
  /** Connections that ended by it at once. */
  cutOff: number;
}

export interface JobAnswer {
  job: JobView;
  units: UnitView[];
}

export interface TraceAnswer extends JobTrace {
  job: JobView;
}

export interface LogsAnswer {
  logs: { unit: number; peer: string; text: string }[];
}

/** What this peer earned: sums over all receipts, and the newest of them. */
export interface CreditAnswer {
  totals: CreditTotals;
  receipts: ReceiptView[];
}

export interface CreditTotals {
  receipts: number;
  /** Those that the worker has signed too; only they can be shown to others. */
  countersigned: number;
  units: number;
  fuel: number;
  credit: number;
}

/** `JobRequest` without what JSON cannot carry. */
export type JobRequestBody = Omit<JobRequest, 'program'> & { program: string };

export interface AddDataBody {
  path: string;
  name?: string;
  only?: string[];
}

/** The last line of every stream: it is whole, or why it is not. */
export type LastLine = { kind: 'end' } | { kind: 'error'; error: ErrorBody };

export type ProgressLine = { kind: 'progress'; bytes: number };
export type AddDataLine = ProgressLine | { kind: 'added'; dataset: DatasetView };
export type GetDataLine = ProgressLine | { kind: 'written'; bytes: number };
export type WatchLine = { kind: 'view'; job: JobView };
export type ResultLine = { kind: 'result'; result: ResultBody };

export interface ResultBody {
  unit: number;
  shard?: string;
  /** Base64. */
  stdout: string;
  files: { path: string; bytes: number }[];
  workers: string[];
  cid: string;
}
