/** What the host needs from its surroundings; all synchronous. */
export interface WasiPorts {
  /** Fills `target` from `offset` of an input; returns the bytes read, 0 at its end. Throws WasiStop when it cannot. */
  readInput(input: number, offset: number, target: Uint8Array): number;
  /** Takes bytes at once: the view is the guest's own memory. */
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}
