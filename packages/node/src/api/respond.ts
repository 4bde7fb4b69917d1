import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { statusOf, toErrorBody } from './errors.ts';
import type { Answer } from './router.ts';
import type { LastLine } from './wire.ts';

/** Writes an answer; lines wait for the reader. */
export async function respond(response: ServerResponse, answer: Answer, signal: AbortSignal): Promise<void> {
  if (answer.kind === 'json') return end(response, 200, 'application/json', `${JSON.stringify(answer.value)}\n`);
  if (answer.kind === 'bytes') return end(response, 200, 'application/octet-stream', answer.bytes);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  try {
    for await (const line of answer.lines) await writeLine(response, line, signal);
    await writeLine(response, { kind: 'end' } satisfies LastLine, signal);
  } catch (error) {
    if (signal.aborted) return void response.destroy(); // nobody reads, or must not take this for the end
    await writeLine(response, { kind: 'error', error: toErrorBody(error) } satisfies LastLine, signal);
  }
  response.end();
}

export function respondError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  // What is left of a request that was not read to its end must not be taken for the next one.
  response.setHeader('connection', 'close');
  end(response, statusOf(error), 'application/json', `${JSON.stringify({ error: toErrorBody(error) })}\n`);
}

function end(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function writeLine(response: ServerResponse, line: unknown, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!response.write(`${JSON.stringify(line)}\n`)) await once(response, 'drain', { signal });
}
