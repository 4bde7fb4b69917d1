import type { Clock, Logger } from '@shoal/runtime';
import type { Peer, PeerOptions } from '@shoal/peer';
import { type ApiServer, serveApi } from '../api/server.ts';
import { dataDirOption } from '../client/not-running.ts';
import { NodeError } from '../errors.ts';
import { type Lock, tryLock } from './lock.ts';
import { placeSocket, prepareDataDir, removeSocket } from './paths.ts';
import { readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

export interface DaemonOptions {
  dataDir: string;
  clock: Clock;
  logger: Logger;
  /** Makes the peer, once the data directory is ours. */
  createPeer: (options: Pick<PeerOptions, 'dataDir' | 'logger'>) => Promise<Peer>;
}

/** A running peer that its user's commands can reach. */
export interface Daemon {
  readonly peer: Peer;
  readonly socketPath: string;
  stop(): Promise<void>;
}

/** Takes the data directory, starts the peer, opens the local socket; what was opened is closed when a step fails. */
export async function startDaemon({ dataDir, clock, logger, createPeer }: DaemonOptions): Promise<Daemon> {
  await using opened = new AsyncDisposableStack();
  const paths = await prepareDataDir(dataDir);
  const lock = await takeLock(paths.lock, paths.runFile, dataDir);
  opened.defer(() => lock.release());
  const own = { pid: process.pid, startedAt: clock.now() };
  await writeRunFile(paths.runFile, own);
  opened.defer(() => removeRunFile(paths.runFile));
  const peer = await createPeer({ dataDir, logger });
  opened.defer(() => peer.stop());
  const socketPath = await placeSocket(paths.folder);
  opened.defer(() => removeSocket(socketPath));
  const server: ApiServer = await serveApi({ peer, socketPath, clock, logger: logger.child('api') });
  opened.defer(() => server.close());
  await writeRunFile(paths.runFile, { ...own, peer: peer.id, socketPath });
  const owned = opened.move();
  return { peer, socketPath, stop: () => owned.disposeAsync() };
}

async function takeLock(path: string, runFile: string, dataDir: string): Promise<Lock> {
  const lock = tryLock(path);
  if (lock !== undefined) return lock;
  const running = await readRunFile(runFile);
  const who = running === undefined ? 'a process that is just starting' : `process ${running.pid}${running.peer === undefined ? ', which is just starting' : `, peer ${running.peer}`}`;
  throw new NodeError('peer-already-running', `Cannot start a peer in ${dataDir}: one is running there (${who})`, {
    hint: `Ask it with \`shoal status${dataDirOption(dataDir)}\`, end it with Ctrl-C, or give this one another directory: --data-dir DIR`,
  });
}
