import { messageOf, ShoalError } from '@shoal/runtime';

export type PeerErrorCode =
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
  | 'membership-elsewhere'
  | 'membership-damaged'
  | 'membership-none'
  | 'options-invalid'
  | 'selector-fits-none'
  | 'seal-broken'
  | 'holding-unproven'
  | 'peer-failed'
  | 'peer-stopped';

export class PeerError extends ShoalError<PeerErrorCode> {}

/** Why a peer stopped by itself. */
export function peerFailed(cause: unknown): PeerError {
  return new PeerError('peer-failed', `The peer had to stop: ${messageOf(cause)}`, {
    cause,
    hint: (cause instanceof ShoalError ? cause.hint : undefined) ?? 'What it had acknowledged is in its journal: start it again when the cause is gone.',
  });
}
