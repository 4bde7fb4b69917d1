import { CommanderError } from 'commander';
import { exitCodeOf } from '../exit-codes.ts';
import type { Context } from './context.ts';
import { createProgram } from './program.ts';
import { report } from './report.ts';
import { toUsageError } from './usage.ts';

/** Runs one command line to its end; what goes wrong is reported, and sets the exit code. */
export async function shoal(argv: readonly string[], context: Context): Promise<void> {
  const program = createProgram(context);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? toUsageError(thrown, program, argv) : thrown;
    if (error === undefined) return;
    const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    const has = (...names: string[]): boolean => names.some((name) => options.includes(name));
    report(error, context, { json: has('--json'), verbose: has('--verbose', '-v') });
    context.setExitCode(exitCodeOf(error));
  }
}
