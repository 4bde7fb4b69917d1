import type { Cid, GossipVerdict, JournalRecord, PeerId } from '@shoal/runtime';
import type { JobSpec, Message } from '@shoal/protocol';

/** All that an engine can ask for. The driver writes `append` before it carries out anything else of the same burst. */
export type Effect =
  | { type: 'append'; records: JournalRecord[] }
  | { type: 'summarize'; scope: string; summary: Uint8Array; closed: boolean }
  | { type: 'send'; to: PeerId; message: Message }
  | { type: 'publish'; topic: string; bytes: Uint8Array }
  | { type: 'verdict'; verdict: GossipVerdict }
  /** Where a peer says that it can be dialled. */
  | { type: 'learn'; peer: PeerId; addresses: string[] }
  | { type: 'execute'; job: Cid; unit: number; requester: PeerId; spec: JobSpec }
  /** Stop a run; its outcome is no longer wanted. */
  | { type: 'abort'; job: Cid; unit: number }
  /** Bring linked outputs of an accepted result here. */
  | { type: 'fetch'; job: Cid; unit: number; roots: { cid: Cid; bytes: number }[]; from: PeerId[] }
  /** What was kept for a job as its worker may go. */
  | { type: 'unpin'; job: Cid }
  | { type: 'changed'; job: Cid }
  | { type: 'submitted'; job: Cid }
  /** A peer broke the protocol. */
  | { type: 'offence'; peer: PeerId; code: string; text: string };
