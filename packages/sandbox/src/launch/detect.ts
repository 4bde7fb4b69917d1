import { messageOf, ShoalError, type Clock, type Logger } from '@shoal/runtime';
import { SandboxChild } from '../pool/child.ts';
import { commandFor, type Command, type Isolation } from './command.ts';
import { defaultEntry } from './paths.ts';
import { findTools, type Tools } from './tools.ts';

export interface Walls {
  level: Isolation;
  command: Command;
  /** The first child, already waiting for work. */
  child: SandboxChild;
}

export interface DetectOptions {
  clock: Clock;
  logger: Logger;
  nodePath: string;
  /** Only this level; absent: the strongest that works. */
  only: Isolation | undefined;
  signal: AbortSignal | undefined;
  /** See WasmExecutorOptions. */
  inputFolder?: string | undefined;
}

const levels: readonly Isolation[] = ['full', 'partial', 'process'];

const noTools: Tools = { bwrap: undefined, unshare: undefined, setpriv: undefined, prlimit: undefined, nice: undefined, nodeLibraries: [] };

/** Finds out by trying which walls this machine has: the strongest level whose child comes up. */
export async function detectWalls({ clock, logger, nodePath, only, signal, inputFolder }: DetectOptions): Promise<Walls> {
  const tools = await findTools(nodePath);
  const tries = levels.filter((level) => only === undefined || level === only).map((level) => ({ level, tools }));
  // Even the small helpers may be forbidden somewhere.
  if (only === undefined || only === 'process') tries.push({ level: 'process', tools: noTools });
  const reasons: string[] = [];
  for (const attempt of tries) {
    signal?.throwIfAborted();
    const command = commandFor(attempt.level, { nodePath, tools: attempt.tools, entry: defaultEntry });
    if (command === undefined) {
      reasons.push(`${attempt.level}: this machine lacks the programs for it`);
      continue;
    }
    const child = new SandboxChild(command, clock, inputFolder);
    try {
      await child.ready;
      logger.info('Sandbox is ready', { isolation: attempt.level, ...(reasons.length > 0 ? { notStronger: reasons.join('; ') } : {}) });
      return { level: attempt.level, command, child };
    } catch (error) {
      reasons.push(`${attempt.level}: ${messageOf(error)}`);
    }
  }
  throw new ShoalError('sandbox-unavailable', `Cannot start a sandbox process here: ${reasons.join('; ')}`, {
    hint: 'See docs/SECURITY.md for what each level of isolation needs.',
  });
}
