#!/usr/bin/env node
// Starts the command on Node.js 24 or newer: in this process when that is what runs this file, else in a child with
// the Node that the npm package `node` installed. It must parse on old versions, so it is plain JavaScript.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const main = new URL('../dist/main.js', import.meta.url);

function giveUp(text) {
  process.stderr.write(`shoal: ${text}\n`);
  process.exit(1);
}

/** The Node executable of the npm package `node`, or undefined when it is not installed. */
async function installedNode() {
  const { createRequire } = await import('node:module');
  const { dirname, join } = await import('node:path');
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined; // not installed: the caller says what to do about it
  }
}

async function runInChild(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.once('error', (error) => giveUp(`Cannot start ${node}: ${error.message}`));
  child.once('exit', (code, signal) => {
    for (const name of signals) process.removeListener(name, forward);
    if (signal === null) process.exit(code);
    else process.kill(process.pid, signal);
  });
}

if (!existsSync(main)) giveUp('It is not built yet. In a clone of the project, run: npm run build');

if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  await import(main.href);
} else {
  const node = await installedNode();
  if (node === undefined) giveUp(`It needs Node.js ${neededMajor} or newer and this is ${process.version}. Install it, or run: npm install node@${neededMajor}`);
  await runInChild(node);
}
