#!/usr/bin/env node
// Starts the command on Node.js 24 or newer: in this process when that is what runs this file, else in a child with
// the Node.js that the npm package `node` brought along. It must parse on old versions, so it is plain JavaScript.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const parentPollMs = 500;
const main = new URL('../dist/main.js', import.meta.url);

if (!existsSync(main)) {
  giveUp('it is not built yet', "Run `npm run build` in the project's folder.");
} else if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  endWithNpm();
  await import(main.href);
} else {
  const node = await newerNode();
  if (node === undefined) giveUp(`this is Node.js ${process.versions.node}, expected ${neededMajor} or newer`, `Install it, or run \`npm install node@${neededMajor}\` here.`);
  else await runInChild(node);
}

function giveUp(why, hint) {
  process.stderr.write(`shoal: Cannot start: ${why}.\n  ${hint}\n`);
  process.exitCode = 1;
}

/** The executable of the npm package `node`, or undefined when it is not installed. */
async function newerNode() {
  const { createRequire } = await import('node:module');
  try {
    return createRequire(import.meta.url).resolve(`node/bin/node${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return undefined; // not installed: the caller says what to do about it
  }
}

/**
 * npm hands SIGTERM to the shell between us, which dies of it and tells nobody. So `kill` of an npx is noticed here:
 * the shell is gone, and that means the same.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  delete process.env.npm_lifecycle_event; // our own children are not npm's
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, parentPollMs);
  timer.unref();
}

async function runInChild(node) {
  endWithNpm();
  const { spawn } = await import('node:child_process');
  const { isatty } = await import('node:tty');
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the child as well, and a second one would mean: at once.
    if (signal !== 'SIGINT' || !isatty(0)) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.once('error', (error) => giveUp(`${node} does not run (${error.message})`, `Install Node.js ${neededMajor} or newer.`));
  child.once('exit', (code, signal) => {
    for (const name of signals) process.removeListener(name, forward);
    if (signal === null) process.exit(code);
    else process.kill(process.pid, signal); // ended by a signal: so do we
  });
}
