import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { packagePath } from './installed.ts';
import { LineProcess } from './line-process.ts';
import { NotInstalled, type Rival } from './rival.ts';

interface BullMq {
  Queue: new (name: string, options: object) => {
    add(name: string, data: object): Promise<{ waitUntilFinished(events: object): Promise<unknown> }>;
    addBulk(jobs: { name: string; data: object; opts: object }[]): Promise<unknown>;
    close(): Promise<void>;
  };
  QueueEvents: new (name: string, options: object) => {
    on(event: 'completed', listener: () => void): void;
    off(event: 'completed', listener: () => void): void;
    waitUntilReady(): Promise<unknown>;
    close(): Promise<void>;
  };
}

const redisPatienceMs = 10_000;

/** BullMQ on Redis, which keeps all in memory; two worker processes. */
export async function startBullMq(): Promise<Rival> {
  if (spawnSync('redis-server', ['--version']).status !== 0) throw new NotInstalled('Debian package redis-server');
  const path = packagePath('bullmq');
  packagePath('ioredis'); // BullMQ asks for it by itself
  const { Queue, QueueEvents } = createRequire(import.meta.url)(path) as BullMq;
  const { redis, port } = await startRedis();
  const connection = { host: '127.0.0.1', port };
  const script = fileURLToPath(new URL('bullmq-worker.mjs', import.meta.url));
  const workers = await Promise.all([1, 2].map(() => LineProcess.start(process.execPath, [script, path, String(port)])));
  const queue = new Queue('noop', { connection });
  const events = new QueueEvents('noop', { connection });
  await events.waitUntilReady();
  return {
    name: 'BullMQ',
    async rate(tasks) {
      let done = 0;
      let finished: () => void = () => {};
      const all = new Promise<void>((resolve) => (finished = resolve));
      const count = (): void => {
        if ((done += 1) === tasks) finished();
      };
      events.on('completed', count);
      const startedAt = performance.now();
      await queue.addBulk(Array.from({ length: tasks }, () => ({ name: 'noop', data: {}, opts: { removeOnComplete: true } })));
      await all;
      events.off('completed', count);
      return (tasks * 1_000) / (performance.now() - startedAt);
    },
    async latencies(tasks) {
      const times: number[] = [];
      for (let i = 0; i < tasks; i += 1) {
        const startedAt = performance.now();
        await (await queue.add('noop', {})).waitUntilFinished(events);
        times.push(performance.now() - startedAt);
      }
      return times;
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await queue.close();
      await events.close();
      redis.kill('SIGKILL'); // it holds nothing that anybody wants
      if (redis.exitCode === null) await once(redis, 'exit');
    },
  };
}

async function startRedis(): Promise<{ redis: ChildProcess; port: number }> {
  const port = await freePort();
  const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'], { stdio: 'ignore', cwd: '/tmp' });
  await once(redis, 'spawn');
  const startedAt = performance.now();
  while (!(await answers(port))) {
    if (performance.now() - startedAt > redisPatienceMs) throw new Error(`redis-server does not answer on port ${port} after ${redisPatienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { redis, port };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // not yet: asked again
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
