import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '@shoal/runtime';
import { systemClock } from '@shoal/runtime';
import type { ApiClient } from '../client/client.ts';
import { connect } from '../client/connect.ts';
import type { Screen } from '../output/screen.ts';
import { createScreen } from '../output/screen.ts';

/** What a command works with. */
export interface Context {
  /** Results: what the command was asked for. */
  out: Screen;
  /** Progress, hints and errors. */
  err: Screen;
  clock: Clock;
  env: Record<string, string | undefined>;
  /** The running peer of a data directory; fails with `peer-not-running`. */
  peer(options: { dataDir: string }): Promise<ApiClient>;
  /** Ends the process with this code when the command is through. */
  setExitCode(code: number): void;
}

export function systemContext(): Context {
  const { env } = process;
  return {
    out: createScreen(process.stdout, env),
    err: createScreen(process.stderr, env),
    clock: systemClock,
    env,
    peer: ({ dataDir }) => connect(dataDir),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/** Where a peer lives when nobody says otherwise. */
export function defaultDataDir(env: Record<string, string | undefined>): string {
  const chosen = env['SHOAL_DATA_DIR'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.shoal') : resolve(chosen);
}
