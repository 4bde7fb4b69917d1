import { type IncomingMessage, request } from 'node:http';
import { messageOf } from '@shoal/runtime';
import { RemoteError } from '../api/errors.ts';
import type { ErrorBody } from '../api/wire.ts';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';
import { notRunning } from './not-running.ts';

export interface Endpoint {
  dataDir: string;
  socketPath: string;
}

export interface Ask {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Nobody listens: the peer has died and left its files, or has just stopped. */
const goneCodes = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/** Sends a request; resolves with an answer of status 200, fails with the error that the peer gave. */
export async function send({ dataDir, socketPath }: Endpoint, { method, path, body, signal }: Ask): Promise<IncomingMessage> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const outgoing = request({ socketPath, method, path, headers, agent: false, ...(signal === undefined ? {} : { signal }) }, resolve);
    outgoing.once('error', (cause: NodeJS.ErrnoException) => {
      if (signal?.aborted === true) reject(signal.reason instanceof Error ? signal.reason : cause);
      else reject(toError(dataDir, cause));
    });
    outgoing.end(text);
  });
  if (answer.statusCode === 200) return answer;
  throw remoteError(await readAll(answer));
}

function toError(dataDir: string, cause: NodeJS.ErrnoException): NodeError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return new NodeError('socket-unusable', `Cannot talk to the peer in ${dataDir}: its socket belongs to another user`, {
      cause,
      hint: 'A peer can be commanded only by the user who started it.',
    });
  }
  if (goneCodes.has(cause.code ?? '')) return notRunning(dataDir, 'none is running there (the last one left without tidying up)', cause);
  if (cause.code === 'ECONNRESET' || cause.code === 'EPIPE') return notRunning(dataDir, 'it stopped while it was asked', cause);
  return new NodeError('socket-unusable', `Cannot talk to the peer in ${dataDir}: ${messageOf(cause)}`, { cause });
}

/** The bytes of an answer, up to a bound. */
export async function readAll(answer: IncomingMessage, maxBytes: number = limits.maxAnswerBytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw new NodeError('api-answer-invalid', `Cannot take an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function parseAnswer(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new NodeError('api-answer-invalid', `Cannot read the peer's answer as JSON: ${messageOf(cause)}`, {
      cause,
      hint: 'The command and the running peer may be of different versions: restart the peer.',
    });
  }
}

function remoteError(bytes: Buffer): Error {
  const { error } = parseAnswer(bytes) as { error?: ErrorBody };
  return error === undefined ? new NodeError('api-answer-invalid', 'The peer refused without a reason') : new RemoteError(error);
}
