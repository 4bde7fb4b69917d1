/** Shorter steps are not worth a line. */
const quietMs = { terminal: 400, file: 2000 };
const tickMs = 1000;

/** @param {number} begin */
const secondsSince = (begin) => `${Math.round((Date.now() - begin) / 1000)} s`;

/**
 * Carries out a step of the set-up and says so on stderr, so that stdout stays the command's own:
 * one line that counts the seconds on a terminal, a line at the start and the end elsewhere, nothing for a quick step.
 * @template T
 * @param {string} text what is going on, like `Installing`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(text, work) {
  const terminal = process.stderr.isTTY === true;
  const begin = Date.now();
  let shown = false;
  const show = () => {
    if (terminal) process.stderr.write(`\r\u001b[K${text} ... ${secondsSince(begin)}`);
    else if (!shown) process.stderr.write(`${text} ...\n`);
    shown = true;
  };
  const first = setTimeout(show, terminal ? quietMs.terminal : quietMs.file);
  const tick = setInterval(() => shown && terminal && show(), tickMs);
  try {
    const result = await work();
    if (shown) process.stderr.write(`${terminal ? '\r\u001b[K' : ''}${text}: done in ${secondsSince(begin)}\n`);
    return result;
  } catch (error) {
    if (shown && terminal) process.stderr.write('\n');
    throw error;
  } finally {
    clearTimeout(first);
    clearInterval(tick);
  }
}
