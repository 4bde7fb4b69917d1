import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { messageOf } from '@shoal/runtime';
import { sleep } from '../cli/sleep.ts';
import { killGroup } from '../supervise/child.ts';
import { processesOf } from '../supervise/group.ts';
import type { Session } from './session.ts';

/** Orphans of a killed peer notice its end by themselves; this is how long they may take. */
const orphansMs = 3_000;
const lookEveryMs = 50;

/** Ends every process and removes every file of the demo; returns what had to be forced, or could not be. */
export async function cleanUp({ state, folder, clock }: Session): Promise<string[]> {
  const problems: string[] = [];
  const left = await Promise.allSettled(state.peers.map((peer) => peer.leave()));
  for (const each of left) if (each.status === 'rejected') problems.push(`a peer could not be stopped: ${messageOf(each.reason)}`);
  const groups = state.peers.flatMap((peer) => peer.groups);
  let alive = await processesOf(groups);
  for (let waitedMs = 0; alive.length > 0 && waitedMs < orphansMs; waitedMs += lookEveryMs) {
    await sleep(clock, lookEveryMs);
    alive = await processesOf(groups);
  }
  if (alive.length > 0) {
    problems.push(`leftover processes: ${alive.join(', ')} (killed now)`);
    for (const group of groups) killGroup(group);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
    problems.push(`the folder ${folder} could not be removed: ${messageOf(error)}`);
  });
  return problems;
}

/** The same without waiting for anybody: the second Ctrl-C. */
export function dropEverything({ state, folder }: Session): void {
  for (const group of state.peers.flatMap((peer) => peer.groups)) killGroup(group);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
