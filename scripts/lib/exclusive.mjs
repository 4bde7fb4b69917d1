import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 200;
/** No set-up takes longer; an older lock was left by a process whose number another one has now. */
const staleMs = 30 * 60_000;

/**
 * Carries out `work` while no other process of this machine does: two set-ups at once would delete each other's files.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(lockFile, work) {
  for (let told = false; !take(lockFile); told = true) {
    if (!told) process.stderr.write(`Waiting for the set-up that process ${ownerOf(lockFile)} is doing in this clone ...\n`);
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/**
 * @param {string} lockFile
 * @returns {boolean} whether it is ours now
 */
function take(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (!isStale(lockFile)) return false;
    rmSync(lockFile, { force: true });
    return take(lockFile);
  }
}

/** @param {string} lockFile */
function ownerOf(lockFile) {
  try {
    return Number(readFileSync(lockFile, 'utf8'));
  } catch {
    return 0; // it was given back this instant
  }
}

/** @param {string} lockFile */
function isStale(lockFile) {
  const age = Date.now() - (statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  const owner = ownerOf(lockFile);
  // Just created and not yet written: its owner is alive.
  if (owner === 0) return age > 5000;
  if (age > staleMs) return true;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}
