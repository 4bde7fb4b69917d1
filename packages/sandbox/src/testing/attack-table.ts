import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { commandFor, withInputs, type Isolation } from '../launch/command.ts';
import { findTools } from '../launch/tools.ts';
import { outputWindowBytes } from '../limits.ts';
import { OutputWindow } from '../pool/output-window.ts';

/** What each attempt gave: `possible`, or `refused: why`. */
export type AttackTable = Record<string, string>;

/** All attempts together; each ends by itself within a second of a quiet machine. */
const attackMs = 60_000;

export interface AttackOptions {
  level: Isolation;
  /** Take Node's permission model away at level full, so that only the operating system's walls are left. */
  withoutPermissionModel?: boolean;
  /** A file of the host that exists. */
  hostFile: string;
}

/** Runs the attacks behind the walls of a level; undefined where this machine lacks the level, or it does not start. */
export async function attack({ level, withoutPermissionModel = false, hostFile }: AttackOptions): Promise<AttackTable | undefined> {
  const inputs = mkdtempSync(join(tmpdir(), 'shoal-attack-'));
  writeFileSync(join(inputs, '0'), 'an input');
  const found = commandFor(level, { nodePath: process.execPath, tools: await findTools(process.execPath), entry: 'testing/attack' });
  if (found === undefined) return undefined;
  const command = withInputs(found, inputs);
  if (withoutPermissionModel && level !== 'full') throw new Error('Below level full the permission model is the wall: nothing would hold the attack');
  const args = command.args.filter((arg) => !withoutPermissionModel || !/^--(permission|allow-fs-read|no-addons)/.test(arg));
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const window = command.window ? OutputWindow.open(inputs) : undefined;
  const child = spawn(command.file, [...args, String(port), String(process.pid), hostFile], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', command.seccomp === undefined ? 'ignore' : 'pipe', window?.descriptor ?? 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), attackMs);
  let report = '';
  let complaint = '';
  (child.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => (report += text));
  (child.stdio[2] as Readable).setEncoding('utf8').on('data', (text: string) => (complaint += text));
  (child.stdio[4] as Writable | null)?.end(command.seccomp);
  await once(child, 'close');
  clearTimeout(timer);
  const untouched = readFileSync(join(inputs, '0'), 'utf8') === 'an input' && readdirSync(inputs).length === 1;
  rmSync(inputs, { recursive: true });
  const windowBytes = window === undefined ? 0 : fstatSync(window.descriptor).size;
  window?.close();
  if (windowBytes > outputWindowBytes) throw new Error(`The attacks at level ${level} made the window ${windowBytes} bytes long, more than ${outputWindowBytes}`);
  if (!untouched) throw new Error(`The attacks at level ${level} changed an input`);
  // Without a wall, a socket's file remains.
  rmSync(`/tmp/shoal-attack-${process.pid}.sock`, { force: true });
  server.close();
  if (report === '') throw new Error(`The attacks at level ${level} gave no report: ${complaint.slice(0, 2000)}`);
  return JSON.parse(report) as AttackTable;
}
