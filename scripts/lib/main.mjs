import { Interrupted } from './signals.mjs';

/** Something the person at the terminal can act on; shown without a stack. */
export class SetupError extends Error {}

/**
 * Runs a script's body: its number is the exit code, its failure one text on stderr, its interruption ours.
 * @param {() => Promise<number | void>} body
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) {
      process.kill(process.pid, error.signal);
      return;
    }
    process.stderr.write(`${error instanceof SetupError ? error.message : /** @type {Error} */ (error).stack}\n`);
    process.exitCode = 1;
  }
}
