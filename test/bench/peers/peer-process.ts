// One peer in its own process, told by its parent what to do.
import process from 'node:process';
import { commands } from './commands.ts';
import type { Answer, Ask } from './messages.ts';

const answer = (message: Answer): void => void process.send?.(message);

async function obey({ id, name, args }: Ask): Promise<void> {
  try {
    const command = commands[name] as (...given: unknown[]) => Promise<unknown>;
    answer({ id, value: await command(...args) });
  } catch (error) {
    answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on('message', (ask: Ask) => void obey(ask));
// Ctrl-C reaches the whole group; whoever started us ends us in order.
process.on('SIGINT', () => {});
// A parent that is gone has no use for its peers. A profile is written on the way out.
process.on('disconnect', () => process.exit());
