import type { Cid, GossipVerdict, JournalRecord, PeerId } from '@shoal/runtime';
import type { JobSpec, Message } from '@shoal/protocol';

/** An output that lies outside its result's document. */
export interface Linked {
  cid: Cid;
  bytes: number;
}

/** All that an engine can ask for. The driver writes `append` before it carries out anything else of the same burst. */
export type Effect =
  | { type: 'append'; records: JournalRecord[] }
  | { type: 'summarize'; scope: string; summary: Uint8Array; closed: boolean }
  | { type: 'send'; to: PeerId; message: Message }
  | { type: 'publish'; topic: string; bytes: Uint8Array }
  | { type: 'verdict'; verdict: GossipVerdict }
  /** Where a peer says that it can be dialled. */
  | { type: 'learn'; peer: PeerId; addresses: string[] }
  | { type: 'execute'; job: Cid; unit: number; requester: PeerId; helpers: PeerId[]; spec: JobSpec; resume: Cid | undefined; meanMs: number | undefined }
  /** Bring a checkpoint of a unit here, in place of the one before, as well as may be: its worker may go. */
  | { type: 'save'; job: Cid; unit: number; checkpoint: Cid; bytes: number; from: PeerId }
  /** Checkpoints that were brought here may go: of one unit, or of all. */
  | { type: 'unsave'; job: Cid; unit: number | undefined }
  /** Stop a run; its outcome is no longer wanted. `saves`: it is saved once more where it can be, and then ends as cancelled. */
  | { type: 'abort'; job: Cid; unit: number; saves?: true }
  /**
   * Bring linked outputs of an accepted result here; `for` says whose they are to be kept for. Where they are sealed for us,
   * the one root is to be opened by that key, and holds these.
   */
  | { type: 'fetch'; job: Cid; unit: number; roots: Linked[]; from: PeerId[]; for: 'self' | 'requester'; sealed?: { key: Uint8Array; holds: Linked[] } }
  /** Ask a peer for a block of each of these shards, drawn by lot, whatever is here: does it hold them? */
  | { type: 'challenge'; job: Cid; peer: PeerId; shards: Cid[] }
  /** Bring a job's program here and keep it for its requester, as well as may be: new workers need it while that is away. */
  | { type: 'hold'; job: Cid; root: Cid; bytes: number; from: PeerId[] }
  /** What was kept for a job may go: as its worker, or as its steward or keeper. */
  | { type: 'unpin'; job: Cid; as: 'worker' | 'keeper' }
  /** A job of somebody else is no more of our business: nothing of it need be remembered. */
  | { type: 'forget'; scope: string }
  | { type: 'changed'; job: Cid }
  | { type: 'submitted'; job: Cid }
  /** Nothing else of this event is urgent: it may wait a little, so that more goes into one commit and one message. */
  | { type: 'patience' }
  /** A peer broke the protocol. */
  | { type: 'offence'; peer: PeerId; code: string; text: string };
