import { ShoalError } from '@shoal/runtime';

export type PeerErrorCode =
  | 'program-unreadable'
  | 'program-too-large'
  | 'dataset-unknown'
  | 'dataset-ambiguous'
  | 'dataset-empty'
  | 'dataset-shard-unknown'
  | 'data-unreadable'
  | 'data-nested'
  | 'data-in-use'
  | 'job-invalid'
  | 'job-unknown'
  | 'job-ambiguous'
  | 'job-failed'
  | 'job-cancelled'
  | 'receipts-invalid'
  | 'peer-stopped';

export class PeerError extends ShoalError<PeerErrorCode> {}
