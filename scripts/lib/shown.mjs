import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';
import { root } from './project.mjs';
import { Interrupted, onSignals } from './signals.mjs';

/**
 * Runs a command in the clone in our place: on our own input and output, with the signals that we get.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runShown(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    const stopListening = onSignals((signal) => {
      // A terminal sends Ctrl-C to the child as well, and a second one would mean: at once.
      if (signal !== 'SIGINT' || !isatty(0)) child.kill(signal);
    });
    child.once('error', (error) => {
      stopListening();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopListening();
      if (signal === null) resolve(code ?? 1);
      else reject(new Interrupted(signal));
    });
  });
}
