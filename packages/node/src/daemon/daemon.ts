import type { Clock, Logger } from '@shoal/runtime';
import { codeOf } from '@shoal/runtime';
import type { Peer, PeerOptions } from '@shoal/peer';
import { type ApiServer, serveApi } from '../api/server.ts';
import { dataDirOption } from '../client/not-running.ts';
import { NodeError } from '../errors.ts';
import { serveMetrics } from './metrics-server.ts';
import { type RunPaths, placeSocket, prepareDataDir, removeSocket } from './paths.ts';
import { readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

export interface DaemonOptions {
  dataDir: string;
  clock: Clock;
  logger: Logger;
  /** Makes the peer, once the data directory is ours. */
  createPeer: (options: Pick<PeerOptions, 'dataDir' | 'logger'>) => Promise<Peer>;
  metricsPort?: number | undefined;
}

/** A running peer that its user's commands can reach. */
export interface Daemon {
  readonly peer: Peer;
  readonly socketPath: string;
  /** Where it gives figures, when asked to. */
  readonly metricsPort?: number;
  stop(): Promise<void>;
}

/** Starts the peer and opens the local socket; what was opened is closed when a step fails. */
export async function startDaemon({ dataDir, clock, logger, createPeer, metricsPort }: DaemonOptions): Promise<Daemon> {
  await using opened = new AsyncDisposableStack();
  const paths = await prepareDataDir(dataDir);
  // The peer's store locks the data directory: from here on it is ours alone.
  const peer = await createPeer({ dataDir, logger }).catch((error: unknown) => onRefusal(error, paths, dataDir));
  opened.defer(() => peer.stop());
  const socketPath = await placeSocket(paths.folder);
  opened.defer(() => removeSocket(socketPath));
  const server: ApiServer = await serveApi({ peer, socketPath, clock, logger: logger.child('api') });
  opened.defer(() => server.close());
  const figures = metricsPort === undefined ? undefined : await serveMetrics({ port: metricsPort, text: () => peer.figures(), logger });
  if (figures !== undefined) opened.defer(() => figures.close());
  await writeRunFile(paths.runFile, { pid: process.pid, startedAt: clock.now(), peer: peer.id, socketPath });
  opened.defer(() => removeRunFile(paths.runFile));
  const owned = opened.move();
  return { peer, socketPath, ...(figures === undefined ? {} : { metricsPort: figures.port }), stop: () => owned.disposeAsync() };
}

async function onRefusal(error: unknown, paths: RunPaths, dataDir: string): Promise<never> {
  if (codeOf(error) !== 'store-locked') throw error;
  const running = await readRunFile(paths.runFile);
  const who = running === undefined ? 'and is still starting or just stopping' : `as process ${running.pid}, peer ${running.peer}`;
  throw new NodeError('peer-already-running', `Cannot start a peer in ${dataDir}: one is running there, ${who}`, {
    cause: error,
    hint: `Ask it with \`shoal status${dataDirOption(dataDir)}\`, end it with Ctrl-C, or give this one another directory: --data-dir DIR`,
  });
}
