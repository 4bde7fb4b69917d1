import { join } from 'node:path';
import { silentLogger, systemClock } from '@shoal/runtime';
import { serveApi } from '../api/server.ts';
import type { Context } from '../cli/context.ts';
import { shoal } from '../cli/shoal.ts';
import { createApiClient } from '../client/client.ts';
import { notRunning } from '../client/not-running.ts';
import { fakeScreen } from './fake-screen.ts';
import { type Script, scriptedPeer } from './scripted-peer.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line against a scripted peer whose socket is in `folder`; without a script, nobody is running. */
export async function runShoal(folder: string, argv: string[], { script, tty = false }: { script?: Script | undefined; tty?: boolean } = {}): Promise<Ran> {
  const out = fakeScreen({ isTTY: tty, env: { NO_COLOR: '1' } });
  const err = fakeScreen({ env: { NO_COLOR: '1' } });
  let code = 0;
  const socketPath = join(folder, 'api.sock');
  const server = script && (await serveApi({ peer: scriptedPeer(script), socketPath, clock: systemClock, logger: silentLogger }));
  const context: Context = {
    out,
    err,
    clock: systemClock,
    env: {},
    async peer({ dataDir }) {
      if (server === undefined) throw notRunning(dataDir, 'none is running there');
      return createApiClient({ dataDir, socketPath });
    },
    setExitCode: (value) => {
      code = value;
    },
  };
  await shoal(argv, context);
  await server?.close();
  return { code, out: out.text(), err: err.text() };
}
