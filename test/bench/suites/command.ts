import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon, timeCommand } from '../daemon/shoal.ts';
import { medianOf } from '../report/summary.ts';
import type { Suite } from '../suite.ts';

const restMs = 5_000;

/** What a person waits for, and what a peer costs that has nothing to do. */
export const command: Suite = {
  name: 'command',
  title: 'the shoal command as built: help, status, a second start alone, memory at rest',
  async run({ quick, dir, report }) {
    const rounds = quick ? 1 : 7;
    const dataDir = join(dir, 'peer');
    const help: number[] = [];
    const status: number[] = [];
    const starts: number[] = [];
    await (await Daemon.start(dataDir)).stop(); // the first start makes the identity and what is compiled
    for (let round = 0; round < rounds; round += 1) {
      help.push((await timeCommand('--help')).ms);
      const daemon = await Daemon.start(dataDir);
      starts.push(daemon.startMs);
      status.push((await timeCommand('status', '--data-dir', dataDir)).ms);
      await daemon.stop();
    }
    report({ name: 'command.help', unit: 'ms', ...medianOf(help), goal: 250 });
    report({ name: 'command.status', unit: 'ms', ...medianOf(status), goal: 250 });
    report({ name: 'command.second-start', unit: 'ms', ...medianOf(starts), goal: 1_000 });
    if (process.platform !== 'linux') return; // memory is read from /proc
    const daemon = await Daemon.start(dataDir);
    await sleep(quick ? 100 : restMs);
    report({ name: 'command.memory-at-rest', unit: 'MB', value: await daemon.residentMB(), goal: 120 });
    await daemon.stop();
  },
};
