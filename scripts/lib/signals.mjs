/** The command was ended by a signal, which is meant for whoever waits for us as well. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Ended by ${signal}`);
    this.signal = signal;
  }
}

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const parentPollMs = 500;

/**
 * Calls `tell` for every signal that asks us to end, until the returned function is called.
 * @param {(signal: NodeJS.Signals) => void} tell
 * @returns {() => void}
 */
export function onSignals(tell) {
  for (const signal of signals) process.on(signal, tell);
  const stopWatching = onceNpmIsGone(() => tell('SIGTERM'));
  return () => {
    for (const signal of signals) process.removeListener(signal, tell);
    stopWatching();
  };
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
