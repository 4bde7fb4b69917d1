import type { Cid, ExecutionFailureCode, JournalRecord, PeerId } from '@shoal/runtime';
import type { Holding, JobSpec, Reason } from '@shoal/protocol';

/** How a run of a unit ended at this peer. */
export type RunOutcome =
  | {
      ok: true;
      result: Cid;
      /** The result document. */
      document: Uint8Array;
      log: Uint8Array;
    }
  | {
      ok: false;
      code: ExecutionFailureCode | 'input-unavailable' | 'program-unavailable' | 'output-not-kept';
      message: string;
      deterministic: boolean;
      log: Uint8Array;
    };

/** All that can happen to an engine. */
export type EngineEvent =
  | { type: 'start' }
  /** A deadline has come; see `nextDeadline`. */
  | { type: 'wake' }
  /** The burst is over: sign, write and send what it led to. */
  | { type: 'flush' }
  | { type: 'message'; from: PeerId; bytes: Uint8Array }
  | { type: 'gossip'; topic: string; from: PeerId; bytes: Uint8Array }
  /** `address`: from where it is seen. */
  | { type: 'peer-connected'; peer: PeerId; address?: string }
  | { type: 'peer-disconnected'; peer: PeerId }
  | { type: 'addresses'; addresses: string[] }
  | { type: 'holdings'; holdings: Holding[] }
  | { type: 'submit'; spec: JobSpec; nonce: Uint8Array }
  | { type: 'cancel'; job: Cid; why: string }
  /** Who no longer belongs to this private mesh: all of them. */
  | { type: 'revoked'; peers: PeerId[]; invitations: string[] }
  | { type: 'executed'; job: Cid; unit: number; outcome: RunOutcome }
  | { type: 'progressed'; job: Cid; unit: number; fraction: number; text: string }
  /** What a unit that runs here has found so far. */
  | { type: 'found'; job: Cid; unit: number; text: string }
  /** A running unit was saved, or cannot be. */
  | { type: 'checkpointed'; job: Cid; unit: number; fuel: number; saved: { checkpoint: Cid; bytes: number } | { reason: Reason } }
  /** A checkpoint that a worker told of was brought here, or could not be. */
  | { type: 'checkpoint-held'; job: Cid; unit: number; checkpoint: Cid; ok: boolean }
  /** `isOurs`: they could be had, and this peer has no room for them. */
  | { type: 'fetched'; job: Cid; unit: number; ok: boolean; why: string; isOurs?: boolean }
  /** A bidder was asked for blocks of what it claims to hold. */
  | { type: 'challenged'; job: Cid; peer: PeerId; shown: boolean; why: string }
  /** What the journal holds of this peer itself, at start. */
  | { type: 'remembered'; records: JournalRecord[] }
  /** A job of the journal, at start. */
  | { type: 'recovered'; job: Cid; records: JournalRecord[] };
