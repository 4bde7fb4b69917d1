import { createServer } from 'node:http';
import { messageOf, type Logger } from '@shoal/runtime';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  port: number;
  text(): Promise<string>;
  logger: Logger;
}

/** Figures for a collector on this machine, at http://127.0.0.1:PORT/metrics. Nobody else's requests get here. */
export async function serveMetrics({ port, text, logger }: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer({ maxHeaderSize: limits.maxRequestHeaderBytes, requestTimeout: limits.requestTimeoutMs }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is /metrics here.\n');
      return;
    }
    text()
      .then((body) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body))
      .catch((error: unknown) => {
        logger.warn('The figures could not be gathered', { reason: messageOf(error) });
        response.writeHead(500).end();
      });
  });
  server.maxConnections = limits.maxMetricsConnections;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve())).catch((cause: unknown) => {
    throw new NodeError('metrics-port-taken', `Cannot give figures on port ${port} of this machine: ${messageOf(cause)}`, {
      cause,
      hint: 'Another program may have it; --metrics 0 takes a free one.',
    });
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
