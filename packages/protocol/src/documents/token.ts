import { base64url } from 'multiformats/bases/base64';
import * as z from 'zod';
import { decodeWith, encodeWith } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { bytes, exactBytes, name, oneLine } from '../fields.ts';
import { limits } from '../limits.ts';

/** All that a newcomer needs. Whoever has one for no particular peer may use it: a secret, while it is good. */
const token = z.object({
  mesh: name,
  authority: exactBytes(32),
  invitation: bytes(limits.maxInvitationBytes + limits.maxEnvelopeOverheadBytes),
  /** Seed of the invitation's key; absent where that is for one peer. */
  seed: exactBytes(32).optional(),
  /** Mixed into every handshake of the mesh: who does not have it, cannot even begin one. */
  secret: exactBytes(32),
  bootstrap: z.array(oneLine(limits.maxAddressLength)).max(limits.maxAddresses),
});
export type Token = z.output<typeof token>;

/** Begins every token, so that one is known when it is seen; the digit is the version. */
const prefix = 'shoal1';

export function encodeToken(value: Token): string {
  return prefix + base64url.baseEncode(encodeWith(token, value, 'token'));
}

/** Reads a token that a person gave; fails with `token-invalid`. */
export function decodeToken(text: string): Token {
  const trimmed = text.trim();
  try {
    if (!trimmed.startsWith(prefix)) throw new Error(`it does not begin with ${prefix}`);
    if (trimmed.length > 2 * limits.maxTokenBytes) throw new Error(`it has ${trimmed.length} characters`);
    return decodeWith(token, base64url.baseDecode(trimmed.slice(prefix.length)), limits.maxTokenBytes, 'token');
  } catch (cause) {
    throw new ProtocolError('token-invalid', `Cannot read "${trimmed.slice(0, 24)}…" as an invitation: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: 'Copy all of what `shoal mesh invite` printed.',
    });
  }
}
