// Two embedded peers in one process, as a program would have them. It must end by itself: nothing may hold the process.
import { createPeer } from '@shoal/peer';
import { programPath } from '@shoal/workloads';

const [folder = ''] = process.argv.slice(2);

await using holder = await createPeer({ mesh: 'embedded', slots: 2 });
await using requester = await createPeer({ mesh: 'embedded', slots: 1, bootstrap: holder.addresses() });
await Promise.all([holder.ready(), requester.ready()]);

const words = await holder.data.add(folder, { name: 'words' });
const job = await requester.submit({ program: programPath('wordcount'), on: words.cid });
const texts: Record<string, string> = {};
for await (const result of job.results()) texts[result.shard ?? ''] = result.text;
const { state, accepted, executions } = job.view();

const begin = Date.now();
await requester.stop();
await holder.stop();
const stopMs = Date.now() - begin;
await new Promise((resolve) => setTimeout(resolve, 100)); // handles that were closed are listed until the loop has come round
process.stdout.write(JSON.stringify({ texts, state, accepted, executions, stopMs, left: process.getActiveResourcesInfo() }));
