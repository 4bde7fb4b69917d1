/** Why a program ends before its own end, or by its own wish. */
export type StopReason =
  | { kind: 'exit'; exitCode: number }
  | { kind: 'output-exceeded'; text: string }
  | { kind: 'files-exceeded'; text: string }
  | { kind: 'input-unreadable'; text: string };

/** Unwinds the guest. A guest that catches it meets it again at its next call. */
export class WasiStop extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason.kind);
    this.reason = reason;
  }
}
