/**
 * Runs in a child in the sandbox's stead, as if a program had broken out of WebAssembly and spoke JavaScript with
 * all of Node at hand. Reports on the channel, one JSON object: what each attempt gave. Never part of a real child.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { fstatSync, ftruncateSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import inspector from 'node:inspector';
import net from 'node:net';
import os from 'node:os';
import { WASI } from 'node:wasi';
import { Worker } from 'node:worker_threads';
import { windowDescriptor } from '../child/files.ts';
import { outputWindowBytes } from '../limits.ts';

/** Told by the test: the folder of inputs, an open port of the parent, its process id, a file of the host that exists. */
const [inputs = '', port = '0', parentPid = '0', hostFile = ''] = process.argv.slice(2);

type Attempt = () => unknown;

const hasWindow = (): boolean => fstatSync(windowDescriptor).isFile();

/** Waits for one of two events; a refusal that takes long is one too. */
function outcomeOf(emitter: NodeJS.EventEmitter, success: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  emitter.once(success, () => resolve(success));
  emitter.once('error', reject);
  emitter.once('exit', (code: number) => reject(new Error(`exit ${code}`)));
  setTimeout(() => reject(new Error('no answer')), 1000);
  return promise;
}

function mustGive<T>(value: T, what: string): T {
  if (value === undefined || value === null || value === false) throw new Error(what);
  return value;
}

/** Each attempt succeeds by not throwing. */
const attempts: Record<string, Attempt> = {
  'read /etc/passwd': () => readFileSync('/etc/passwd'),
  'read a file of the host': () => readFileSync(hostFile),
  'list the host\'s folders': () => mustGive(readdirSync('/').find((name) => ['etc', 'home', 'root', 'usr', 'proc'].includes(name)) && readdirSync('/etc'), 'nothing'),
  'read the environment of others (/proc)': () => readFileSync(`/proc/${parentPid}/environ`),
  'read its own memory map (/proc)': () => readFileSync('/proc/self/maps'),
  'read its own environment': () => mustGive(Object.keys(process.env).find((name) => process.env[name] !== undefined && name !== 'PWD'), 'empty'),
  'write to /tmp': () => writeFileSync(`/tmp/shoal-attack-${parentPid}`, 'x'),
  'write to an input': () => writeFileSync(`${inputs}/0`, 'x'),
  'put a file beside the inputs': () => writeFileSync(`${inputs}/1`, 'x'),
  'write to /': () => writeFileSync('/shoal-attack', 'x'),
  'write into its own code': () => writeFileSync(new URL('attack-mark', import.meta.url), 'x'),
  // /dev/null, which stands there where no window is given, holds nothing: it takes everything.
  'write beyond its window': () => mustGive(hasWindow() && writeSync(windowDescriptor, 'x', outputWindowBytes), 'no window'),
  'lengthen its window beyond its size': () => mustGive(hasWindow() && (ftruncateSync(windowDescriptor, outputWindowBytes + 1), true), 'no window'),
  'open its window anew': () => openSync(`/proc/self/fd/${windowDescriptor}`, 'r+'),
  'make a symbolic link': () => symlinkSync('/etc/passwd', `/tmp/shoal-attack-${parentPid}.link`),
  'connect by TCP': () => outcomeOf(net.connect(Number(port), '127.0.0.1'), 'connect'),
  'listen on TCP': () => outcomeOf(net.createServer().listen(0, '127.0.0.1'), 'listening'),
  'open a Unix socket': () => outcomeOf(net.createServer().listen(`/tmp/shoal-attack-${parentPid}.sock`), 'listening'),
  'send by UDP to the host': async () => {
    const socket = dgram.createSocket('udp4');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('error', reject);
    socket.send('x', 9, '192.0.2.1', (error) => (error === null ? resolve() : reject(error)));
    setTimeout(() => reject(new Error('no answer')), 1000);
    await promise;
  },
  'see the host\'s network': () => mustGive(Object.values(os.networkInterfaces()).flat().find((each) => each?.internal === false), 'none'),
  'spawn a shell': () => mustGive(spawnSync('/bin/sh', ['-c', 'exit 0']).status === 0, 'not spawned'),
  'spawn Node anew': () => mustGive(spawnSync(process.execPath, ['-e', '0']).status === 0, 'not spawned'),
  'signal the parent': () => process.kill(Number(parentPid), 0),
  'signal everybody': () => process.kill(-1, 0),
  'start a worker thread': () => outcomeOf(new Worker('0', { eval: true }), 'online'),
  'open the inspector': () => {
    inspector.open(0, '127.0.0.1');
    mustGive(inspector.url(), 'not open');
  },
  'attach an inspector session': () => new inspector.Session().connectToMainThread(),
  'process.binding': () => (process as unknown as { binding(name: string): unknown }).binding('spawn_sync'),
  'load a native addon': () => process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libm.so.6'),
  'run WASI over the host\'s files': () => new WASI({ version: 'preview1', preopens: { '/': '/' } }),
  'make code from a text': () => Function('return 1')() as unknown,
  'become root': () => {
    process.setuid?.(0);
    mustGive(process.getuid?.() === 0 && readFileSync('/etc/shadow'), 'not root');
  },
  'a higher priority': () => {
    os.setPriority(0);
    mustGive(os.getPriority() <= 0, 'kept low');
  },
};

const results: Record<string, string> = {};
process.on('uncaughtException', (error) => (results['uncaught'] = String(error)));
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    results[name] = 'possible';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    results[name] = `refused: ${code ?? message}`;
  }
}
const report = Buffer.from(`${JSON.stringify(results)}\n`);
for (let done = 0; done < report.length; ) done += writeSync(3, report, done);
process.exit(0);
