import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NotInstalled } from './rival.ts';

const run = promisify(execFile);
const startMs = 5_000;
const mostMs = 600_000;

/** What people copy a file with from one machine to another, encrypted: its server runs here, beside us. */
export interface Copier {
  name: string;
  copy(file: string, to: string): Promise<void>;
  stop(): void;
}

/** `scp` from a server of its own, with keys made for this run. `dir` is for these. */
export async function startScp(dir: string): Promise<Copier> {
  const [hostKey, userKey, port] = [join(dir, 'host-key'), join(dir, 'user-key'), await freePort()];
  for (const key of [hostKey, userKey]) await tool('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
  const config = join(dir, 'sshd-config');
  const lines = [`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, `AuthorizedKeysFile ${userKey}.pub`, 'StrictModes no', 'UsePAM no', 'PidFile none', 'PermitRootLogin prohibit-password', 'Subsystem sftp internal-sftp'];
  await writeFile(config, `${lines.join('\n')}\n`);
  const { stdout } = await tool('sh', '-c', 'PATH="$PATH:/usr/sbin" command -v sshd');
  const server = await serve('sshd', spawn(stdout.trim(), ['-D', '-f', config], { stdio: 'ignore' }), port);
  const options = ['-q', '-P', String(port), '-i', userKey, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'];
  const { stdout: user } = await tool('id', '-un');
  return { name: 'scp', copy: async (file, to) => void (await run('scp', [...options, `${user.trim()}@127.0.0.1:${file}`, to], { timeout: mostMs })), stop: () => void server.kill() };
}

/** `curl` over TLS from `openssl s_server`, with a certificate made for this run; it serves the files of `dir`. */
export async function startCurl(dir: string): Promise<Copier> {
  const [key, certificate, port] = [join(dir, 'key.pem'), join(dir, 'certificate.pem'), await freePort()];
  await tool('curl', '--version');
  await tool('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate);
  const server = await serve('openssl s_server', spawn('openssl', ['s_server', '-quiet', '-accept', `127.0.0.1:${port}`, '-key', key, '-cert', certificate, '-WWW'], { cwd: dir, stdio: 'ignore' }), port);
  return { name: 'curl over TLS', copy: async (file, to) => void (await run('curl', ['-sS', '-k', '-o', to, `https://127.0.0.1:${port}/${file.slice(dir.length + 1)}`], { timeout: mostMs })), stop: () => void server.kill() };
}

/** Runs what may not be installed. */
async function tool(program: string, ...args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(program, args);
  } catch (cause) {
    throw new NotInstalled(`${args.at(-1)?.endsWith('sshd') === true ? 'sshd' : program}, or it does not work here`, { cause });
  }
}

/** The server, once its port is open. */
async function serve(name: string, server: ChildProcess, port: number): Promise<ChildProcess> {
  server.on('error', () => {}); // said below: its port stays closed
  for (const startedAt = performance.now(); performance.now() - startedAt < startMs && server.exitCode === null; ) {
    const socket = connect({ port, host: '127.0.0.1' });
    const [opened] = await Promise.race([once(socket, 'connect').then(() => [true]), once(socket, 'close').then(() => [false])]).catch(() => [false]);
    socket.destroy();
    if (opened === true) return server;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill();
  throw new NotInstalled(`${name} that starts here (Debian's wants the folder /run/sshd)`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
