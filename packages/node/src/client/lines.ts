import type { IncomingMessage } from 'node:http';
import { messageOf } from '@shoal/runtime';
import { RemoteError } from '../api/errors.ts';
import type { ErrorBody } from '../api/wire.ts';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';
import { parseAnswer } from './http.ts';

/** The lines of a stream, until its end line; a stream that breaks off before fails. Leaving early hangs up. */
export async function* readLines<T extends { kind: string }>(answer: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<T> {
  try {
    for await (const bytes of splitLines(answer)) {
      const line = parseAnswer(bytes) as T & { error: ErrorBody };
      if (line.kind === 'end') return;
      if (line.kind === 'error') throw new RemoteError(line.error);
      yield line;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw isHangUp(error) ? brokenOff(error) : error;
  } finally {
    answer.destroy();
  }
  signal?.throwIfAborted();
  throw brokenOff();
}

function isHangUp(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function brokenOff(cause?: unknown): NodeError {
  return new NodeError('peer-not-running', `The peer stopped before the answer was whole${cause === undefined ? '' : `: ${messageOf(cause)}`}`, {
    cause,
    hint: 'Nothing is lost: start the peer again with `shoal up`, and ask again.',
  });
}

async function* splitLines(answer: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      parts = [];
      length = 0;
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > limits.maxStreamLineBytes) throw new NodeError('api-answer-invalid', `Cannot take a line of more than ${limits.maxStreamLineBytes} bytes`);
  }
}
