import { chmod, unlink } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Clock, Logger } from '@shoal/runtime';
import { messageOf } from '@shoal/runtime';
import type { Peer } from '@shoal/peer';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';
import { respond, respondError } from './respond.ts';
import { match } from './router.ts';
import { creditRoutes } from './routes/credit.ts';
import { dataRoutes } from './routes/data.ts';
import { jobRoutes } from './routes/jobs.ts';
import { meshRoutes } from './routes/mesh.ts';
import { peerRoutes } from './routes/peer.ts';

const routes = [...peerRoutes, ...dataRoutes, ...jobRoutes, ...creditRoutes, ...meshRoutes];

export interface ApiServerOptions {
  peer: Peer;
  /** In a folder that only this user can enter. */
  socketPath: string;
  clock: Clock;
  logger: Logger;
}

export interface ApiServer {
  /** Hangs up on everybody and removes the socket. */
  close(): Promise<void>;
}

/** Serves a peer to the commands of this user, over a local socket. */
export async function serveApi({ peer, socketPath, clock, logger }: ApiServerOptions): Promise<ApiServer> {
  const closing = new AbortController();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    try {
      const found = match(routes, request.method ?? '', request.url ?? '');
      const result = await found.route.handle({ peer, clock, request, params: found.params, query: found.query, signal });
      await respond(response, result, signal);
    } catch (error) {
      logger.debug('a request failed', { method: request.method, path: request.url, error: messageOf(error) });
      respondError(response, error);
    }
  };
  const server = createServer({ maxHeaderSize: limits.maxRequestHeaderBytes, requestTimeout: limits.requestTimeoutMs }, (request, response) => {
    void answer(request, response);
  });
  server.maxConnections = limits.maxApiConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new NodeError('socket-unusable', `Cannot listen on the socket ${socketPath}: ${messageOf(cause)}`, { cause }));
    });
    server.listen(socketPath, resolve);
  });
  server.on('error', (error) => logger.error('the local socket broke', { error: messageOf(error) }));
  await chmod(socketPath, 0o600);
  return {
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
      await unlink(socketPath).catch(() => undefined); // closing has removed it already, on most systems
    },
  };
}
