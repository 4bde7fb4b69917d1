import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

interface ProcessInfo {
  pid: number;
  pgid: number;
  state: string;
}

/** The living processes of these process groups: children of children, whoever their parent is now. */
export async function processesOf(pgids: Iterable<number>): Promise<number[]> {
  const wanted = new Set(pgids);
  const all = process.platform === 'linux' ? await fromProc() : await fromPs();
  // A zombie has ended; it only waits to be counted by its parent.
  return all.filter((each) => wanted.has(each.pgid) && !each.state.startsWith('Z')).map((each) => each.pid);
}

async function fromProc(): Promise<ProcessInfo[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const texts = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''))); // '': ended meanwhile
  return texts.filter((text) => text !== '').map(parseStat);
}

/** `pid (name) state ppid pgrp …`; the name may hold spaces and brackets. */
export function parseStat(text: string): ProcessInfo {
  const [state = '', , pgid = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid: Number.parseInt(text, 10), pgid: Number(pgid), state };
}

async function fromPs(): Promise<ProcessInfo[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,pgid=,stat=']);
  return stdout.trim().split('\n').map((line) => {
    const [pid, pgid, state = ''] = line.trim().split(/\s+/u);
    return { pid: Number(pid), pgid: Number(pgid), state };
  });
}
