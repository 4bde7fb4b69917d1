import { inspect } from 'node:util';
import { ShoalError, codeOf, messageOf } from '@shoal/runtime';
import type { ErrorBody } from './wire.ts';

const unknownThings = new Set(['job-unknown', 'dataset-unknown', 'api-route-unknown', 'blob-unknown', 'unit-unknown']);
const badRequests = new Set(['api-request-invalid', 'cid-invalid', 'job-invalid', 'file-missing', 'file-unreadable', 'usage']);

/** The HTTP status of an error: who is to blame, roughly; the code in the body says what it is. */
export function statusOf(error: unknown): number {
  const code = codeOf(error) ?? '';
  if (code === 'api-request-too-large') return 413;
  if (unknownThings.has(code)) return 404;
  return badRequests.has(code) || code.endsWith('-invalid') ? 400 : 500;
}

export function toErrorBody(error: unknown): ErrorBody {
  const body: ErrorBody = { code: codeOf(error) ?? 'unexpected', message: messageOf(error), detail: inspect(error, { depth: 4 }) };
  if (error instanceof ShoalError && error.hint !== undefined) body.hint = error.hint;
  return body;
}

/** An error that came over the socket: code, text and hint as the peer gave them. */
export class RemoteError extends ShoalError {
  /** What the peer knows of its causes, for `--verbose`. */
  readonly detail: string | undefined;

  constructor(body: ErrorBody) {
    super(body.code, body.message, body.hint === undefined ? {} : { hint: body.hint });
    this.name = 'RemoteError';
    this.detail = body.detail;
  }
}
