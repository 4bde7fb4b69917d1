import type { PeerId } from '../brands.ts';

/** Who may be on the other side of a connection. Asked right after it is encrypted, before anything else is said on it. */
export interface Doorkeeper {
  /** Known to members alone, 32 bytes: without it a handshake does not even come to its end. */
  readonly secret: Uint8Array;
  /** What this peer shows whomever it meets. */
  greeting(): Uint8Array;
  /**
   * Judges what the other side shows; throws where that may not come in, and the connection ends without a word.
   * What it returns is handed to the other side as news: empty where there is none.
   */
  admit(peer: PeerId, greeting: Uint8Array): Uint8Array;
  /** News from a peer that was admitted; throws where it is not what a member says. */
  news(peer: PeerId, bytes: Uint8Array): void;
}
