import { execFileSync } from 'node:child_process';

export interface ListedProcess {
  pid: number;
  command: string;
}

/** The sandbox processes below a process, by the operating system's list: wrappers and what runs in them. */
export function sandboxProcesses(of = process.pid): ListedProcess[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) as RegExpExecArray)
    .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command as string }));
  const mine = new Set([of]);
  for (let grew = true; grew; ) {
    const size = mine.size;
    for (const row of rows) if (mine.has(row.parent)) mine.add(row.pid);
    grew = mine.size > size;
  }
  return rows.filter((row) => mine.has(row.pid) && row.command.includes('child/entry'));
}
