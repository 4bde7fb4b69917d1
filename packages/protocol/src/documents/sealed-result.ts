import type { Cid, Crypto, PeerId, Random, Sealing, SealingKeys, SharedSecret } from '@shoal/runtime';
import { toHex } from 'multiformats/bytes';
import * as z from 'zod';
import { digestOf, documentCid } from '../cid.ts';
import { decodeWith, encodeValue, encodeWith } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { bytes, cid, count, exactBytes } from '../fields.ts';
import { limits } from '../limits.ts';
import { Recent } from '../recent.ts';
import { decodeResult, linkedOutputs, type ResultDocument } from './result.ts';

/** A result document that its requester alone can read. Each worker's differs; what quorums compare is the CID of what is inside. */
const sealedResult = z.object({
  /** As inside: what those who cannot open it count as its cost. */
  fuel: count.optional(),
  /** HPKE's encapsulated key, of the worker for this job. */
  enc: exactBytes(32),
  /** Drawn anew for every seal, so that no key is used twice. */
  salt: exactBytes(16),
  box: bytes(limits.maxResultBytes),
  /** The linked outputs, one after the other, as one file of sealed pieces. */
  outputs: z.object({ cid, bytes: count }).optional(),
});
export type SealedResult = z.output<typeof sealedResult>;

/** Outputs are sealed in pieces of this size, the last one shorter, each with a tag. */
export const sealedPieceBytes = 65_536;
const tagBytes = 16;
const saltBytes = 16;
/** Each key seals one box; the pieces of outputs count their own. */
const zeroNonce = new Uint8Array(12);

/** What so many bytes of linked outputs take once they are sealed. */
export function sealedBytesOf(plainBytes: number): number {
  return plainBytes + tagBytes * Math.ceil(plainBytes / sealedPieceBytes);
}

/** Binds what is sealed to its job and its worker: a copied one opens as nothing. */
function infoOf(job: Cid, worker: PeerId): Uint8Array {
  return encodeValue(['shoal/sealed-result/1', digestOf(job), worker]);
}

function keyFor(secret: SharedSecret, what: 'document' | 'outputs', unit: number, salt: Uint8Array): Uint8Array {
  return secret.exportKey(encodeValue([what, unit, salt]));
}

/** Seals results of one worker for the requester of one job. */
export class ResultSealer {
  private readonly enc: Uint8Array;
  private readonly secret: SharedSecret;
  private readonly sealing: Sealing;
  private readonly random: Random;

  /** Fails with `key-invalid` where the job's key is none. */
  constructor(of: { job: Cid; worker: PeerId; publicKey: Uint8Array }, sealing: Sealing, random: Random) {
    const { enc, secret } = sealing.agree(of.publicKey, infoOf(of.job, of.worker), random);
    this.enc = enc;
    this.secret = secret;
    this.sealing = sealing;
    this.random = random;
  }

  /** The key for a unit's outputs, and what makes the document once their CID is known. */
  begin(unit: number): { outputsKey: () => Uint8Array; seal: (plain: { cid: Cid; bytes: Uint8Array }, outputs?: SealedResult['outputs']) => Uint8Array } {
    const salt = this.random.bytes(saltBytes);
    const seal = (plain: { cid: Cid; bytes: Uint8Array }, outputs?: SealedResult['outputs']): Uint8Array => {
      const box = this.sealing.encrypt(keyFor(this.secret, 'document', unit, salt), zeroNonce, plain.bytes, digestOf(plain.cid));
      const { fuel } = decodeResult(plain.bytes);
      return encodeSealed({ enc: this.enc, salt, box, ...(fuel === undefined ? {} : { fuel }), ...(outputs === undefined ? {} : { outputs }) });
    };
    return { outputsKey: () => keyFor(this.secret, 'outputs', unit, salt), seal };
  }
}

function encodeSealed(sealed: SealedResult): Uint8Array {
  if (sealed.box.length <= limits.maxResultBytes) {
    const encoded = encodeWith(sealedResult, sealed, 'sealed result');
    if (encoded.length <= limits.maxResultBytes) return encoded;
  }
  throw new ProtocolError('document-oversize', `Cannot seal a result of ${sealed.box.length - tagBytes} bytes: with its seal it takes more than ${limits.maxResultBytes}`, {
    hint: 'Write fewer or larger files: contents above the inline limit are linked, not carried along.',
  });
}

export function decodeSealedResult(encoded: Uint8Array): SealedResult {
  return decodeWith(sealedResult, encoded, limits.maxResultBytes, 'sealed result');
}

/** What was inside a sealed result. */
export interface OpenedResult {
  result: ResultDocument;
  /** Where linked outputs are: sealed, as one file, under this key. */
  outputs: { cid: Cid; bytes: number; key: Uint8Array } | undefined;
}

/** Jobs, and workers of jobs, whose keys are remembered. */
const maxRecent = 1_024;

/** Opens what was sealed for jobs of one requester. */
export class ResultOpener {
  readonly self: PeerId;
  private readonly secret: Uint8Array;
  private readonly sealing: Sealing;
  private readonly crypto: Crypto;
  /** The newest: a job's keys, and what it has in common with each of its workers, cost more to make than to use. */
  private readonly keys = new Recent<SealingKeys>(maxRecent);
  private readonly shared = new Recent<SharedSecret | undefined>(maxRecent);

  /** `secret`: 32 bytes that this peer alone knows, the same after a restart. */
  constructor(self: PeerId, secret: Uint8Array, sealing: Sealing, crypto: Crypto) {
    this.self = self;
    this.secret = secret;
    this.sealing = sealing;
    this.crypto = crypto;
  }

  /** The public key for the job that is posted with this nonce. */
  publicKeyOf(nonce: Uint8Array): Uint8Array {
    return this.keysOf(nonce).publicKey;
  }

  private keysOf(nonce: Uint8Array): SealingKeys {
    return this.keys.of(toHex(nonce), () => this.sealing.deriveKeys(this.crypto.sha256(encodeValue(['shoal/job-key/1', this.secret, nonce]))));
  }

  /** Undefined for what is not sealed for us, is of another job, unit or worker, or does not hold the result that it claims. */
  open(of: { job: Cid; nonce: Uint8Array; unit: number; worker: PeerId; result: Cid; document: Uint8Array }): OpenedResult | undefined {
    const { job, nonce, unit, worker, document } = of;
    try {
      const { enc, salt, box, fuel, outputs } = decodeSealedResult(document);
      const secret = this.shared.of(`${job}/${worker}/${toHex(enc)}`, () => this.sealing.recover(this.keysOf(nonce), enc, infoOf(job, worker)));
      const plain = secret === undefined ? undefined : this.sealing.decrypt(keyFor(secret, 'document', unit, salt), zeroNonce, box, digestOf(of.result));
      if (secret === undefined || plain === undefined || documentCid(plain, this.crypto) !== of.result) return undefined;
      const result = decodeResult(plain);
      const linkedBytes = linkedOutputs(result).reduce((sum, linked) => sum + linked.bytes, 0);
      if (result.fuel !== fuel || (outputs?.bytes ?? 0) !== sealedBytesOf(linkedBytes)) return undefined;
      return { result, outputs: outputs === undefined ? undefined : { ...outputs, key: keyFor(secret, 'outputs', unit, salt) } };
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }
}
