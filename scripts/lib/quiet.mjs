import { spawn } from 'node:child_process';
import { root } from './project.mjs';
import { Interrupted, onSignals } from './signals.mjs';

/** What a failed command leaves behind for its reader: the end of its output is enough. */
const keptOutputBytes = 64 * 1024;
/** npm would take many seconds to undo what the next start does anew anyway. */
const graceMs = 1500;

/** Groups of processes are a thing of POSIX. */
const grouped = process.platform !== 'win32';

/**
 * Runs a step of the set-up in the clone and keeps its output to itself. A signal that we get ends it, whatever it had started.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ code: number, output: string }>} its exit code and the end of its output
 */
export function runQuietly(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: grouped });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-keptOutputBytes);
      });
    }
    /** @type {NodeJS.Signals | undefined} */
    let received;
    /** @type {NodeJS.Timeout | undefined} */
    let grace;
    const stopListening = onSignals((signal) => {
      if (received !== undefined) return;
      received = signal;
      end(child, 'SIGTERM');
      grace = setTimeout(() => end(child, 'SIGKILL'), graceMs);
    });
    const done = () => {
      stopListening();
      clearTimeout(grace);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      const cause = received ?? signal;
      if (cause === null) resolve({ code: code ?? 1, output });
      else reject(new Interrupted(cause));
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function end(child, signal) {
  if (child.pid === undefined || !grouped) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error; // all of them are gone
  }
}
