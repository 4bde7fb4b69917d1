import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';
import { root } from './project.mjs';

/** What a failed command leaves behind for its reader: the end of its output is enough. */
const keptOutputBytes = 64 * 1024;

const parentPollMs = 500;

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The command was ended by a signal, which belongs to whoever waits for us as well. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Ended by ${signal}`);
    this.signal = signal;
  }
}

/**
 * Runs a command in the clone to its end, handing it the signals that we get meanwhile.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show` lets it write to our own stdout and stderr
 * @returns {Promise<{ code: number, output: string }>} the end of the output, empty when shown
 */
export function run(command, args, { env = process.env, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    /** @type {NodeJS.Signals | undefined} */
    let received;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-keptOutputBytes);
      });
    }
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      received = signal;
      // A terminal sends Ctrl-C to the child as well, and a second one would mean: at once.
      if (signal !== 'SIGINT' || !isatty(0)) child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const stopWatching = onceNpmIsGone(() => forward('SIGTERM'));
    const done = () => {
      stopWatching();
      for (const signal of forwarded) process.removeListener(signal, forward);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      // A quiet command that we were told to stop (npm exits with a code then) must not be followed by the next one.
      const cause = signal ?? (show ? undefined : received);
      if (cause) reject(new Interrupted(cause));
      else resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * npm hands SIGTERM to the shell between us, which dies of it and tells nobody: a new parent is the sign of that.
 * @param {() => void} tell
 */
function onceNpmIsGone(tell) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    tell();
  }, parentPollMs);
  if (process.env.npm_lifecycle_event === undefined) clearInterval(timer);
  return () => clearInterval(timer);
}
