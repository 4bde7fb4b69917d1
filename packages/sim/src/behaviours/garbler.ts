import type { Cid, Signer } from '@shoal/runtime';
import { decodeMessage, encodeMessage, limits, messageTable, publicKeyOf, sealEntry, topics } from '@shoal/protocol';
import { Hostile, type HostileParts } from './hostile.ts';

export interface GarblerParts extends HostileParts {
  /** Told of bytes that no check may let pass. */
  bad: (bytes: Uint8Array) => void;
}

const badPerTurn = 6;
/** Messages of others that it remembers, the latest. */
const maxOverheard = 64;
/** Once, so many at a time of a kind of which a peer may send two a second. */
const floodMessages = 600;
const floodAtTurn = 8;

/**
 * Has no engine, and hears what everybody says. It sends bytes that are none, or not what they claim to be: flipped bits,
 * cut off, too long, signed by the wrong one, filed under another job; what others said, as it is; and once a flood.
 */
export class Garbler extends Hostile<GarblerParts> {
  private readonly overheard: Uint8Array[] = [];
  private turns = 0;

  /** What somebody says to somebody. */
  overhear(bytes: Uint8Array): void {
    const { random } = this.parts;
    if (this.overheard.length < maxOverheard) this.overheard.push(bytes);
    else this.overheard[random.integer(maxOverheard)] = bytes;
  }

  act(): void {
    const { network, random } = this.parts;
    this.turns += 1;
    if (this.turns === floodAtTurn) this.flood();
    if (this.overheard.length === 0) return;
    for (let i = 0; i < badPerTurn; i += 1) {
      const bytes = this.garbled();
      if (bytes !== undefined) network.send(this.id, this.anyVictim(), bytes);
    }
    network.publish(this.id, random.float() < 0.5 ? topics.offers('sim') : topics.adverts('sim'), this.bad(random.bytes(1 + random.integer(200))));
  }

  private flood(): void {
    const { network } = this.parts;
    const victim = this.anyVictim();
    const bytes = this.bad(new Uint8Array([messageTable.seek.id]));
    for (let i = 0; i < floodMessages; i += 1) network.send(this.id, victim, bytes);
  }

  private garbled(): Uint8Array | undefined {
    const { random } = this.parts;
    const whole = this.overheard[random.integer(this.overheard.length)] as Uint8Array;
    switch (random.integer(6)) {
      case 0:
        return whole; // no less true for who says it
      case 1:
        return this.flipped(whole);
      case 2:
        return this.bad(whole.slice(0, random.integer(whole.length)));
      case 3:
        return this.bad(tooLong(whole));
      case 4:
        return this.missigned(whole);
      default:
        return this.misfiled(whole);
    }
  }

  /** One bit: it may still say something, for which nobody has signed. */
  private flipped(whole: Uint8Array): Uint8Array {
    const { random } = this.parts;
    const bytes = whole.slice();
    const at = random.integer(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
    return bytes;
  }

  /** The facts of an entry in its author's name, signed by somebody else. */
  private missigned(whole: Uint8Array): Uint8Array | undefined {
    const { crypto, signer, now } = this.parts;
    const message = decodeMessage(whole, crypto.opened);
    if (message.type !== 'entries') return undefined;
    const author = this.anyVictim();
    const forger: Signer = { publicKey: publicKeyOf(author), sign: (bytes) => signer.sign(bytes) };
    const { bytes } = sealEntry({ job: message.job, at: Math.floor(now()), facts: [{ kind: 'cancelled', reason: { code: 'cancelled', text: 'a forgery' } }] }, forger, { ...crypto, opened: forgetful });
    return this.bad(encodeMessage({ type: 'entries', job: message.job, entries: [bytes] }));
  }

  /** Entries of one job as if they were of another. */
  private misfiled(whole: Uint8Array): Uint8Array | undefined {
    const { crypto } = this.parts;
    const message = decodeMessage(whole, crypto.opened);
    const job = this.jobs().find((other) => message.type === 'entries' && other !== message.job);
    return message.type !== 'entries' || job === undefined || message.entries.length === 0 ? undefined : this.bad(encodeMessage({ ...message, job }));
  }

  private jobs(): Cid[] {
    return this.overheard.flatMap((bytes) => {
      const message = decodeMessage(bytes, this.parts.crypto.opened);
      return message.type === 'entries' ? [message.job] : [];
    });
  }

  private bad(bytes: Uint8Array): Uint8Array {
    this.parts.bad(bytes);
    return bytes;
  }
}

/** Nothing that is forged may be known as opened already. */
const forgetful = { get: () => undefined, set: () => {} };

/** More than any message of its kind may have; of those with small bounds a copy, or a megabyte would be made each time. */
function tooLong(whole: Uint8Array): Uint8Array {
  const kind = Object.values(messageTable).find(({ id }) => id === whole[0]);
  const { id, maxBytes } = kind === undefined || kind.maxBytes >= limits.maxMessageBytes ? messageTable.seek : kind;
  const bytes = new Uint8Array(maxBytes + 1);
  bytes.set(whole.subarray(0, bytes.length));
  bytes[0] = id;
  return bytes;
}
