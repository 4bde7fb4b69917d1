import { messageOf, type Clock, type Crypto, type Doorkeeper, type Logger, type PeerId } from '@shoal/runtime';
import { decodeGreeting, encodeGreeting, openMembership, openRevocations, ProtocolError, type Invitation, type Revocations } from '@shoal/protocol';
import type { MembersConfig } from '@shoal/engine';
import type { MembershipRecord } from './membership-file.ts';

export interface MembersInit {
  record: MembershipRecord;
  self: PeerId;
  clock: Clock;
  crypto: Crypto;
  logger: Logger;
  /** The list as it lay on the disk. */
  revocations: Uint8Array | undefined;
  /** Keeps a newer list. */
  save(bytes: Uint8Array): Promise<void>;
}

/** Peers whose invitation is remembered; of those that were met first it is forgotten first: a revocation finds them by id still. */
const maxMet = 4_096;

/** Who belongs to this private mesh, as far as this peer knows: at its door, and for whoever asks. */
export class Members implements Doorkeeper {
  readonly secret: Uint8Array;
  readonly config: MembersConfig;
  /** Called with each newer list, and at the start. */
  onRevoked: (revocations: Revocations, bytes: Uint8Array) => void = () => {};
  readonly #init: MembersInit;
  readonly #met = new Map<PeerId, Invitation>();
  #list: { value: Revocations; bytes: Uint8Array } | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** Fails with `membership-invalid` where this peer itself does not belong any more. */
  constructor(init: MembersInit) {
    const { record, self, clock, crypto } = init;
    this.#init = init;
    this.secret = record.secret;
    const { invitation } = openMembership(record.shown, { ...record, peer: self, now: clock.now() }, crypto);
    this.config = { authority: record.authority, shown: record.shown, invitation };
    if (init.revocations !== undefined) this.#list = openRevocations(init.revocations, record, crypto);
    if (this.#isRevoked(self, invitation)) throw new ProtocolError('membership-invalid', `Cannot start ${self} in ${record.mesh}: it was revoked`);
  }

  get mesh(): string {
    return this.#init.record.mesh;
  }

  get revocations(): Revocations | undefined {
    return this.#list?.value;
  }

  greeting(): Uint8Array {
    return encodeGreeting({ shown: this.config.shown, seq: this.#seq });
  }

  admit(peer: PeerId, greeting: Uint8Array): Uint8Array {
    const { record, clock, crypto } = this.#init;
    const { shown, seq } = decodeGreeting(greeting);
    const { invitation } = openMembership(shown, { ...record, peer, now: clock.now() }, crypto);
    if (this.#isRevoked(peer, invitation)) throw new ProtocolError('membership-invalid', `Cannot let ${peer} in: it was revoked`);
    this.#met.delete(peer);
    if (this.#met.size >= maxMet) this.#met.delete(this.#met.keys().next().value as PeerId);
    this.#met.set(peer, invitation);
    return seq < this.#seq && this.#list !== undefined ? this.#list.bytes : new Uint8Array();
  }

  news(_: PeerId, bytes: Uint8Array): void {
    this.learn(bytes);
  }

  /** Takes a list from anywhere: true where it is newer. Fails where it is not this mesh's authority's. */
  learn(bytes: Uint8Array): boolean {
    const { record, crypto, logger } = this.#init;
    const list = openRevocations(bytes, record, crypto);
    if (list.value.seq <= this.#seq) return false;
    this.#list = list;
    this.#saving = this.#saving
      .then(() => this.#init.save(list.bytes))
      .catch((error: unknown) => logger.error('a list of revocations could not be kept; it holds until this peer stops', { reason: messageOf(error) }));
    this.onRevoked(list.value, list.bytes);
    return true;
  }

  /** Of these peers, those that no longer belong. */
  revokedAmong(peers: Iterable<PeerId>): PeerId[] {
    return [...peers].filter((peer) => this.#isRevoked(peer, this.#met.get(peer)));
  }

  /** Resolves once what was learned is on disk. */
  settled(): Promise<void> {
    return this.#saving;
  }

  get #seq(): number {
    return this.#list?.value.seq ?? 0;
  }

  #isRevoked(peer: PeerId, invitation: Invitation | undefined): boolean {
    const list = this.#list?.value;
    if (list === undefined) return false;
    if (list.peers.includes(peer)) return true;
    return invitation !== undefined && list.invitations.some((id) => id.every((byte, i) => byte === invitation.id[i]));
  }
}
