import type { PeerId } from '@shoal/runtime';
import type { Advert, Invitation, Opened } from '@shoal/protocol';

/** Of a private mesh. */
export interface MembersConfig {
  /** Raw Ed25519 key of whoever says who belongs. */
  authority: Uint8Array;
  /** What this peer shows: it is in its adverts. */
  shown: Uint8Array;
  invitation: Invitation;
}

/** Whom the authority has taken back: peers, and whoever came by one of these invitations (their ids in hexadecimal). */
export interface Revoked {
  peers: ReadonlySet<PeerId>;
  invitations: ReadonlySet<string>;
}

/** An advert as far as it counts here. */
export interface Counted extends Opened<Advert> {
  /** Of a member: the authority's word. */
  invitation?: Invitation | undefined;
}
