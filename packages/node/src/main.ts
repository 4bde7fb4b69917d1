import { CommanderError } from 'commander';
import { systemContext } from './cli/context.ts';
import { createProgram } from './cli/program.ts';
import { report } from './cli/report.ts';
import { toUsageError } from './cli/usage.ts';
import { exitCodeOf } from './exit-codes.ts';

/** The `shoal` command. Sets the exit code; the process ends when nothing is left to do. */
async function main(argv: readonly string[]): Promise<void> {
  tolerateClosedOutput();
  const context = systemContext();
  const program = createProgram(context);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? toUsageError(thrown, program, argv) : thrown;
    if (error === undefined) return;
    const options = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
    const has = (...names: string[]): boolean => names.some((name) => options.includes(name));
    report(error, context, { json: has('--json'), verbose: has('--verbose', '-v') });
    context.setExitCode(exitCodeOf(error));
  }
}

/** Whoever read our output has enough (`shoal job ls | head`), or the terminal is gone: no reason to crash. */
function tolerateClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '')) throw error;
    });
  }
}

await main(process.argv.slice(2));
