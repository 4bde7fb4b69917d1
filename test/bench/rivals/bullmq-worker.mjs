// A BullMQ worker in a process of its own: <path of bullmq> <port of Redis>
import { createRequire } from 'node:module';

const [path = '', port = ''] = process.argv.slice(2);
const { Worker } = createRequire(import.meta.url)(path);
const worker = new Worker('noop', async () => null, { connection: { host: '127.0.0.1', port: Number(port) }, concurrency: 32 });
await worker.waitUntilReady();
process.stdout.write('ready\n');
for await (const _ of process.stdin); // until whoever started it closes it
await worker.close();
