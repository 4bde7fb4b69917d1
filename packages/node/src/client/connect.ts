import { messageOf } from '@shoal/runtime';
import { runPaths } from '../daemon/paths.ts';
import { readRunFile } from '../daemon/run-file.ts';
import { NodeError } from '../errors.ts';
import { isAlive } from '../supervise/alive.ts';
import { type ApiClient, createApiClient } from './client.ts';
import { notRunning } from './not-running.ts';

/** The running peer of a data directory; fails with `peer-not-running`. Its first request may find that it has died. */
export async function connect(dataDir: string): Promise<ApiClient> {
  const found = await readRunFile(runPaths(dataDir).runFile).catch((cause: unknown) => {
    throw new NodeError('data-dir-unusable', `Cannot look into the data directory ${dataDir}: ${messageOf(cause)}`, {
      cause,
      hint: 'A peer can be commanded only by the user who started it.',
    });
  });
  if (found === undefined || !isAlive(found.pid)) throw notRunning(dataDir, 'none is running there');
  return createApiClient({ dataDir, socketPath: found.socketPath });
}
