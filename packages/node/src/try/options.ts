import type { PeerCommandOptions } from '../cli/options.ts';

/** What `shoal test` is told. */
export interface TestOptions extends PeerCommandOptions {
  input?: string[];
  count?: number;
  engine?: string;
  env?: Record<string, string>;
  memory?: number;
  timeout?: number;
  outputLimit?: number;
  once?: boolean;
  out?: string;
}
