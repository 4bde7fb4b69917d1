import { ShoalError } from '@shoal/runtime';

/** Why bytes from outside were refused. */
export type ProtocolErrorCode =
  | 'document-oversize'
  | 'document-malformed'
  | 'signature-invalid'
  | 'message-unknown'
  | 'cid-invalid'
  | 'peer-id-invalid'
  | 'selector-invalid'
  | 'membership-invalid'
  | 'token-invalid';

export class ProtocolError extends ShoalError<ProtocolErrorCode> {}
