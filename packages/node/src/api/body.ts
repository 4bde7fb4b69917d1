import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';

/** Reads a request's JSON, at most `maxRequestBytes` of it, and checks it; an empty body is `{}`. */
export async function readBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limits.maxRequestBytes) {
      throw new NodeError('api-request-too-large', `Cannot read a request of more than ${limits.maxRequestBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return check(parseJson(Buffer.concat(chunks).toString('utf8')), schema);
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NodeError('api-request-invalid', `Cannot read the request as JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Checks what came with a request; the first problem and its place go into the error. */
export function check<T>(value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'the request' : `"${issue.path.join('.')}"`;
  throw new NodeError('api-request-invalid', `Cannot take ${place}: ${issue?.message ?? 'not as expected'}`, { cause: parsed.error });
}
