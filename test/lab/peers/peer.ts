import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ApiClient, connect } from '@shoal/node';
import type { Host, Lab } from '../net/lab.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const startMs = 60_000;

/** A real `shoal up` in a namespace. */
export interface LabPeer {
  readonly name: string;
  readonly host: Host;
  readonly id: string;
  /** Its addresses when it started. */
  readonly addresses: string[];
  readonly dataDir: string;
  readonly client: ApiClient;
  /** From the network's start to the first time it was ready, by its own account. */
  readonly readyAfterMs: Promise<number>;
  /** To the process and its sandbox: SIGSTOP puts the machine to sleep. */
  signal(name: NodeJS.Signals): void;
  stop(name?: NodeJS.Signals): Promise<void>;
  /** Runs another command of `shoal` about this peer, in its namespace. */
  shoal(...args: string[]): Promise<{ code: number | null; out: string; err: string }>;
}

export interface PeerInit {
  name: string;
  args?: string[];
  listen?: string[];
  slots?: number;
}

/** Starts a peer and resolves when it listens. It ends with the lab. */
export async function startPeer(lab: Lab, host: Host, init: PeerInit): Promise<LabPeer> {
  const dataDir = join(lab.folder, init.name);
  const listen = (init.listen ?? ['/ip4/0.0.0.0/tcp/4001']).flatMap((address) => ['--listen', address]);
  const args = ['up', '--data-dir', dataDir, '--json', '--slots', String(init.slots ?? 1), ...listen, '--log-level', 'debug', ...(init.args ?? [])];
  const child = shoal(host, args);
  child.stderr?.pipe(createWriteStream(`${dataDir}.log`, { flags: 'a' }));
  const stop = (name: NodeJS.Signals = 'SIGTERM'): Promise<void> => stopChild(child, name);
  lab.onClose(() => stop('SIGKILL'));

  let begun: { peer: string; addresses: string[] } | undefined;
  let tell: ((ms: number) => void) | undefined;
  const readyAfterMs = new Promise<number>((resolve) => (tell = resolve));
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const event = JSON.parse(line) as { event: string; peer: string; addresses: string[]; afterMs: number };
    if (event.event === 'started') begun = event;
    if (event.event === 'ready') tell?.(event.afterMs);
  });
  const { peer: id, addresses } = await until(`${init.name} to start`, startMs, () => {
    if (child.exitCode !== null) throw new Error(`${init.name} ended with ${child.exitCode}: see ${dataDir}.log`);
    return begun;
  });
  return {
    name: init.name,
    host,
    id,
    addresses,
    dataDir,
    client: await connect(dataDir),
    readyAfterMs,
    signal: (name) => signalGroup(child, name),
    stop,
    shoal: (...words) => runShoal(host, [...words, '--data-dir', dataDir]),
  };
}

function shoal(host: Host, args: readonly string[]): ChildProcess {
  const node = [process.execPath, '--conditions=@shoal/source', join(root, 'packages/node/src/main.ts'), ...args];
  const env = { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/shoal-code') };
  // Its own group, so that a signal reaches its sandbox too.
  return spawn('ip', ['netns', 'exec', host.namespace, ...node], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function runShoal(host: Host, args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = shoal(host, args);
  const texts = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...texts };
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
}

async function stopChild(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signalGroup(child, name);
  await ended;
}
