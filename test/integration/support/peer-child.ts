// One peer as a process, driven by lines of JSON on its standard input; it tells on standard output what happens.
// It is there to be killed.
import { createInterface } from 'node:readline';
import { createPeer, type Job, type JobRequest, type PeerOptions } from '@shoal/peer';
import { messageOf } from '@shoal/runtime';

/** What it is told. */
export type Command = { do: 'submit'; request: JobRequest } | { do: 'resume' } | { do: 'stop' };

/** What it tells. */
export type News =
  | { is: 'up'; peer: string; address: string; jobs: number }
  | { is: 'job'; job: string }
  | { is: 'run'; unit: number; at: number }
  | { is: 'result'; unit: number; text: string }
  | { is: 'end'; state: string; accepted: number }
  /** How many jobs of others are in its hands, and which of them only wait for their requesters. */
  | { is: 'entrusted'; jobs: number }
  | { is: 'over'; job: string }
  | { is: 'error'; text: string };

const lookEveryMs = 15;

function tell(news: News): void {
  process.stdout.write(`${JSON.stringify(news)}\n`);
}

async function follow(job: Job): Promise<void> {
  tell({ is: 'job', job: job.id });
  for await (const { unit, text } of job.results()) tell({ is: 'result', unit, text });
  const { state, accepted } = await job.wait();
  tell({ is: 'end', state, accepted });
}

const peer = await createPeer(JSON.parse(process.argv[2] ?? '{}') as PeerOptions);
tell({ is: 'up', peer: peer.id, address: peer.addresses()[0] ?? '', jobs: peer.jobs().length });

async function obey(command: Command): Promise<void> {
  if (command.do === 'stop') return peer.stop();
  const [posted] = peer.jobs();
  const job = command.do === 'submit' ? await peer.submit(command.request) : posted === undefined ? undefined : peer.job(posted.id);
  if (job !== undefined) await follow(job);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  obey(JSON.parse(line) as Command).catch((error: unknown) => tell({ is: 'error', text: messageOf(error) }));
});

// Each run is seen while it is under way: units of these tests take some hundred milliseconds.
const seen = new Set<string>();
const overs = new Set<string>();
let entrusted = 0;
setInterval(() => {
  const jobs = peer.entrusted();
  if (jobs.length !== entrusted) tell({ is: 'entrusted', jobs: (entrusted = jobs.length) });
  for (const { id, isOver } of jobs) {
    if (!isOver || overs.has(id)) continue;
    overs.add(id);
    tell({ is: 'over', job: id });
  }
  void peer.status().then(({ work }) => {
    for (const { unit, sinceMs } of work) {
      const at = Math.round((Date.now() - sinceMs) / 50) * 50;
      if ([at - 50, at, at + 50].some((near) => seen.has(`${unit}/${near}`))) continue;
      seen.add(`${unit}/${at}`);
      tell({ is: 'run', unit, at: Date.now() - sinceMs });
    }
  });
}, lookEveryMs);
