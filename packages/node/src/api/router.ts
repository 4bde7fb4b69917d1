import type { IncomingMessage } from 'node:http';
import type { Clock } from '@shoal/runtime';
import type { Peer } from '@shoal/peer';
import { NodeError } from '../errors.ts';

/** What a route's handler gets. */
export interface Call {
  peer: Peer;
  clock: Clock;
  request: IncomingMessage;
  /** Values of the path's `:names`. */
  params: Record<string, string>;
  query: Record<string, string>;
  /** Aborts when the client hangs up or the server closes. */
  signal: AbortSignal;
}

/** A whole JSON value, bytes, or lines of JSON as they come. */
export type Answer =
  | { kind: 'json'; value: unknown }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'lines'; lines: AsyncIterable<unknown> };

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** For example `/v1/jobs/:id/watch`. */
  path: string;
  handle(call: Call): Promise<Answer>;
}

export const json = (value: unknown): Answer => ({ kind: 'json', value });
export const bytes = (value: Uint8Array): Answer => ({ kind: 'bytes', bytes: value });
export const lines = (value: AsyncIterable<unknown>): Answer => ({ kind: 'lines', lines: value });

export interface Match {
  route: Route;
  params: Record<string, string>;
  query: Record<string, string>;
}

/** Finds the route of a request; fails with `api-route-unknown`. */
export function match(routes: readonly Route[], method: string, target: string): Match {
  const url = new URL(target, 'http://peer');
  const parts = url.pathname.split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPath(route.path.split('/'), parts);
    if (params !== undefined) return { route, params, query: Object.fromEntries(url.searchParams) };
  }
  throw new NodeError('api-route-unknown', `Cannot answer ${method} ${url.pathname}: there is no such route`, {
    hint: 'The command and the running peer may be of different versions: restart the peer.',
  });
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith(':')) {
      try {
        params[expected.slice(1)] = decodeURIComponent(part);
      } catch {
        return undefined; // a broken escape names nothing
      }
    } else if (expected !== part) return undefined;
  }
  return params;
}
