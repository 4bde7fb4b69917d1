import { Option, type Command } from 'commander';
import { codeOf } from '@shoal/runtime';
import type { JobAnswer, JobRequestBody, ResultBody } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import { existing, looksLikeCid } from '../cli/files.ts';
import { interruptible } from '../cli/interrupt.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { collect, collectPairs, parseBytes, parseDuration, parseInteger } from '../cli/parse.ts';
import { sleep } from '../cli/sleep.ts';
import type { ApiClient } from '../client/client.ts';
import { assertDone, comeBack, summaryOf } from '../jobs/finish.ts';
import { followJob } from '../jobs/follow.ts';
import { printResults, writeResults } from '../jobs/results.ts';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';

interface RunOptions extends PeerCommandOptions {
  engine?: string;
  on?: string;
  count?: number;
  arg?: string[];
  env?: Record<string, string>;
  name?: string;
  quorum?: number;
  adaptive?: boolean;
  class?: string;
  where?: string;
  waitForPeers?: boolean;
  memory?: number;
  timeout?: number;
  outputLimit?: number;
  deadline?: number;
  fuel?: number;
  window?: number;
  retries?: number;
  priority?: number;
  checkpoint?: 'auto' | 'always' | 'never';
  stewards?: number;
  keepers?: number;
  seal?: 'auto' | 'always' | 'never';
  stay?: boolean;
  prove?: boolean;
  detach?: boolean;
  idOnly?: boolean;
  out?: string;
}

export function registerRun(program: Command, context: Context): void {
  const command = withPeerOptions(
    program
      .command('run')
      .description('run a program on the mesh, follow it, and print what it wrote')
      .argument('<program>', 'a program file (.wasm, .js, .ts; docs/PROGRAMS.md), or the CID of one that the mesh holds')
      .argument('[args...]', 'arguments of the program, after --; {input} stands for the path of the unit\'s shard')
      .option('--engine <name>', "which engine runs it (default: by the file's ending; wasm for a CID)")
      .option('--on <dataset>', 'one unit for each shard of this dataset (CID or name)')
      .option('--count <n>', 'this many units, when there is no dataset (default: 1)', parseInteger(1, 1_000_000))
      .option('--arg <text>', 'one argument of the program (repeatable), before those after --', collect)
      .option('--env <key=value>', 'one variable of its environment (repeatable)', collectPairs)
      .option('--name <name>', "what lists call the job (default: the program's file name)")
      .option('--quorum <n>', 'matching results of distinct peers that make a unit accepted (default: 2)', parseInteger(1, 15))
      .option('--adaptive', 'believe peers with a long valid record alone, mostly; check them at random')
      .option('--class <name>', 'compare results within this determinism class, such as wasi2-x64 (default: that of most known peers)')
      .option('--where <selector>', 'only peers with these labels, such as region=eu')
      .option('--wait-for-peers', 'post it though no known peer has such labels and it looks like a typo')
      .option('--memory <size>', 'most memory of one unit, such as 256MiB', parseBytes)
      .option('--timeout <duration>', 'longest run of one unit, such as 60s', parseDuration)
      .option('--output-limit <size>', 'most output of one unit, such as 16MiB', parseBytes)
      .option('--fuel <n>', 'most work of one unit, counted the same on every machine (see docs/PROGRAMS.md)', parseInteger(1, Number.MAX_SAFE_INTEGER))
      .option('--deadline <duration>', 'the whole job fails when it is not done by then, such as 10m', parseDuration)
      .option('--window <n>', 'most units that one worker holds at once (default: as its speed suggests)', parseInteger(1, 256))
      .option('--retries <n>', 'failing runs of one unit before it is given up (default: 3)', parseInteger(0, 20))
      .option('--priority <n>', 'from -100 to 100; higher goes first', parseInteger(-100, 100))
      .addOption(new Option('--checkpoint <when>', 'save running units now and then, so that an interruption loses little (default: auto, where it pays)').choices(['auto', 'always', 'never']))
      .option('--stewards <n>', 'peers that go on with the job while this one is away (default: 2)', parseInteger(0, 7))
      .option('--keepers <n>', 'peers that keep its results (default: 2)', parseInteger(0, 7))
      .addOption(new Option('--seal <when>', 'seal results, so that you alone can read them (default: auto, where the job has stewards or keepers)').choices(['auto', 'always', 'never']))
      .option('--prove', 'whoever bids shows some blocks of the shards that it says it holds, up to 3 MiB, before it works')
      .option('--stay', 'only holders of a shard run its unit: no shard crosses the wire')
      .option('-o, --out <dir>', 'write results into a folder, one folder a unit, instead of printing them')
      .option('--detach', 'do not wait: say how to look at the job, and end')
      .option('--id-only', "do not wait: print the job's id and nothing else"),
  );
  withExamples(command, [
    ['shoal run hello.wasm', 'one unit, run by two peers that must agree'],
    ['shoal run count.js --on logs --quorum 3', 'a JavaScript, one unit a shard'],
    ['shoal run count.wasm --on logs --stay', 'one unit a shard, each where its shard lies'],
    ['shoal run search.wasm --count 100 --quorum 1 -- --depth 7', '100 units with arguments'],
    ['shoal run search.wasm --count 5000 --adaptive --deadline 10m', 'peers with a good record are believed alone; fails after ten minutes'],
    ['JOB=$(shoal run big.wasm --on logs --id-only)', 'go on with other things, then: shoal job results $JOB'],
  ]);
  command.action((file: string, args: string[], options: RunOptions) => run(context, file, args, options));
}

async function run(context: Context, file: string, args: string[], options: RunOptions): Promise<void> {
  if (options.on !== undefined && options.count !== undefined) {
    throw new NodeError('usage', 'shoal run: cannot take both --on and --count: with a dataset there is one unit for each shard', {
      hint: 'Leave one of them out.',
    });
  }
  const request = await toRequest(file, args, options);
  const peer = await context.peer(options);
  const { job } = await submitPatiently(context, peer, request);
  const { out, err } = context;
  for (const { code, text } of job.waiting) {
    if (code.startsWith('label')) err.line(err.style.yellow(`${text}${text.endsWith('?') ? '' : '.'} The job waits for a peer that fits.`));
  }
  if (options.idOnly === true) return out.line(options.json === true ? JSON.stringify({ id: job.id }) : job.id);
  if (options.detach === true) {
    if (options.json === true) return out.line(JSON.stringify({ job }));
    return out.lines([`Job ${job.id} is on its way.`, ...comeBack(job.id, options.dataDir).split('\n')]);
  }
  if (options.json !== true) err.line(`Job ${err.style.bold(job.id)}, ${job.units === 1 ? 'one unit' : `${job.units} units`}; Ctrl-C leaves it running.`);
  const hint = `The job goes on.\n${comeBack(job.id, options.dataDir)}`;
  await interruptible((signal) => followAndDeliver(context, peer, job.id, options, signal), hint);
}

/** A dataset that another peer added a moment ago may not have been heard of yet. */
async function submitPatiently({ clock }: Context, peer: ApiClient, request: JobRequestBody): Promise<JobAnswer> {
  const until = clock.monotonic() + limits.hearsayMs;
  for (;;) {
    try {
      return await peer.submit(request);
    } catch (error) {
      if (codeOf(error) !== 'dataset-unknown' || clock.monotonic() >= until) throw error;
    }
    await sleep(clock, limits.hearsayPollMs);
  }
}

async function followAndDeliver(context: Context, peer: ApiClient, id: string, options: RunOptions, signal: AbortSignal): Promise<void> {
  const last = await followJob(context, peer, id, { quiet: options.json === true, signal });
  const { units } = await peer.job(id, { signal });
  if (options.json === true) {
    assertDone(last, units, options.dataDir);
    const results: ResultBody[] = [];
    for await (const result of peer.results(id, { signal })) results.push(result);
    if (options.out !== undefined) await writeResults(peer, id, toAsync(results), options.out);
    return context.out.line(JSON.stringify({ job: last, results: results.toSorted((a, b) => a.unit - b.unit) }));
  }
  if (last.state === 'done') context.err.line(context.err.style.dim(`Done: ${summaryOf(last)}.`));
  if (last.state === 'done' || last.accepted > 0) {
    const results = upToFailure(peer.results(id, { signal }), last.state === 'done');
    if (options.out === undefined) await printResults(context, results);
    else context.err.line(`${await writeResults(peer, id, results, options.out)} results written to ${options.out}`);
  }
  assertDone(last, units, options.dataDir);
}

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** The results that there are; that a failed job's stream ends in its failure is said by the caller. */
async function* upToFailure<T>(results: AsyncIterable<T>, isDone: boolean): AsyncGenerator<T> {
  try {
    yield* results;
  } catch (error) {
    if (isDone) throw error;
  }
}

async function toRequest(file: string, args: readonly string[], options: RunOptions): Promise<JobRequestBody> {
  const all = [...(options.arg ?? []), ...args];
  const request: Partial<JobRequestBody> = {
    engine: options.engine,
    name: options.name,
    args: all.length === 0 ? undefined : all,
    env: options.env,
    on: options.on,
    count: options.count,
    quorum: options.quorum,
    adaptive: options.adaptive,
    determinismClass: options.class,
    move: options.stay === true ? 'never' : undefined,
    prove: options.prove,
    where: options.where,
    waitForPeers: options.waitForPeers,
    memoryBytes: options.memory,
    wallMs: options.timeout,
    outputBytes: options.outputLimit,
    fuel: options.fuel,
    window: options.window,
    retries: options.retries,
    priority: options.priority,
    checkpoint: options.checkpoint,
    stewards: options.stewards,
    keepers: options.keepers,
    seal: options.seal,
    deadlineMs: options.deadline,
  } as Partial<JobRequestBody>;
  return { ...request, program: looksLikeCid(file) ? file : await existing(file, 'a program') };
}
