import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobRequest, TraceEvent } from '@shoal/peer';
import { ShoalError } from '@shoal/runtime';
import { limits } from '../limits.ts';
import { type Ran, runShoal } from '../testing/run-shoal.ts';
import { type Script, jobId, jobView, otherPeerId, peerId, unitResult } from '../testing/scripted-peer.ts';
import { tempDir } from '../testing/temp-dir.ts';

let scope: AsyncDisposableStack;
let folder: string;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  folder = scope.use(await tempDir()).path;
});
afterEach(() => scope.disposeAsync());

/** Runs a command line against a scripted peer; without one, nobody is running. */
const run = (argv: string[], script?: Script, tty = false): Promise<Ran> => runShoal(folder, argv, { script, tty });

async function program(): Promise<string> {
  const path = join(folder, 'count.wasm');
  await writeFile(path, '');
  return path;
}

test('every command has help with examples', async () => {
  const commands = ['up', 'status', 'peers', 'run', 'demo', 'trace', ...['add', 'ls', 'get', 'rm'].map((name) => `data ${name}`), ...['ls', 'show', 'logs', 'results', 'cancel'].map((name) => `job ${name}`), ...['ls', 'export', 'verify'].map((name) => `credit ${name}`)];
  for (const command of commands) {
    const { code, out } = await run([...command.split(' '), '--help']);
    expect({ command, code }).toEqual({ command, code: 0 });
    expect(out).toContain(`Usage: shoal ${command}`);
    expect(out).toContain('Examples:\n  ');
    expect(out).toContain('--json');
  }
  expect((await run(['--help'])).out).toContain('Exit codes:');
  expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/u);
});

test('wrong usage says what is wrong, suggests, and names the help', async () => {
  const cases: [string[], string[]][] = [
    [['stauts'], ["unknown command 'stauts'", 'Did you mean status?', 'shoal --help']],
    [['status', '--jsn'], ["shoal status: unknown option '--jsn'", 'Did you mean --json?', 'shoal status --help']],
    [['--json', 'status'], ["unknown option '--json'", 'Options come after the command: shoal status --json']],
    [['job', 'shwo', 'x'], ["unknown command 'shwo'", 'Did you mean show?']],
    [['run'], ["missing required argument 'program'"]],
    [['status', 'extra'], ['too many arguments']],
    [['up', '--slots', 'many'], ["option '--slots <n>' argument 'many' is invalid", 'whole number from 0']],
    [['up', '--bootstrap', '127.0.0.1:4001'], ['the address that the other peer printed']],
    [['up', '--log-level', 'loud'], ['debug, info, warn, error']],
    [['run', 'p.wasm', '--memory', 'lots'], ['256MiB']],
    [['run', 'p.wasm', '--timeout', '60'], ['60s, 5m']],
    [['run', 'p.wasm', '--on', 'a', '--count', '2'], ['both --on and --count']],
  ];
  for (const [argv, texts] of cases) {
    const { code, out, err } = await run(argv);
    expect({ argv, code }).toEqual({ argv, code: out.includes('"error"') ? code : 2 });
    for (const text of texts) expect(err + out.replaceAll('\\n', '\n')).toContain(text);
  }
});

test('no peer running: how to start one, exit code 3, and JSON when asked for', async () => {
  const plain = await run(['status', '--data-dir', '/nowhere']);
  expect(plain).toMatchObject({ code: 3, out: '' });
  expect(plain.err).toBe('shoal: Cannot talk to a peer in /nowhere: none is running there\n  Start one: shoal up --data-dir /nowhere\n');
  const json = await run(['status', '--data-dir', '/nowhere', '--json']);
  expect(json).toMatchObject({ code: 3, err: '' });
  expect(JSON.parse(json.out)).toEqual({ error: { code: 'peer-not-running', message: expect.any(String), hint: expect.any(String) } });
});

test('stack traces come with --verbose only', async () => {
  expect((await run(['peers'])).err).not.toContain('    at ');
  expect((await run(['peers', '--verbose'])).err).toContain('    at ');
});

test('a missing program or folder is told from a CID', async () => {
  expect(await run(['run', './nothing.wasm'], {})).toMatchObject({ code: 1, err: expect.stringContaining('Cannot use ./nothing.wasm as a program: there is no such file') });
  expect(await run(['data', 'add', 'nothing'], {})).toMatchObject({ code: 1, err: expect.stringContaining('as a dataset') });
  expect(await run(['run', jobId, '--id-only'], {})).toMatchObject({ code: 0, out: `${jobId}\n` });
});

test('run follows, then prints what the units wrote, in their order', async () => {
  const views = [jobView(), jobView({ accepted: 2, executions: 4, state: 'done', finishedAt: 1_500 })];
  const { code, out, err } = await run(['run', await program(), '--', '--depth', '7'], { views, results: [unitResult(1, 'two\n'), unitResult(0, 'one\n')] });
  expect({ code, out }).toEqual({ code: 0, out: 'one\ntwo\n' });
  expect(err).toContain('Ctrl-C leaves it running');
  expect(err).toContain('Done: 2 of 2 units accepted, 4 runs');
});

test('run hands over what the job may take and how it is verified', async () => {
  const submitted: JobRequest[] = [];
  const options = ['--deadline', '10m', '--adaptive', '--window', '8', '--quorum', '3', '--timeout', '5s', '--stay', '--id-only'];
  expect(await run(['run', await program(), '--on', 'logs', ...options], { onSubmit: (request) => submitted.push(request) })).toMatchObject({ code: 0 });
  expect(submitted).toEqual([
    expect.objectContaining({ on: 'logs', deadlineMs: 600_000, adaptive: true, window: 8, quorum: 3, wallMs: 5_000, move: 'never' }),
  ]);
  expect(await run(['run', await program(), '--window', '257'])).toMatchObject({ code: 2, err: expect.stringContaining('from 1 to 256') });
  expect(await run(['run', await program(), '--deadline', '600'])).toMatchObject({ code: 2, err: expect.stringContaining('60s, 5m') });
});

test('run --json gives one object, --out a folder a unit', async () => {
  const views = [jobView({ accepted: 1, units: 1, state: 'done', finishedAt: 2_000 })];
  const file = { path: 'x/y.txt', bytes: 2, read: async () => Buffer.from('hi') };
  const script = { views, results: [unitResult(0, 'one\n', { shard: 'a b.csv', files: [file] })] };
  const json = await run(['run', await program(), '--json'], script);
  expect(JSON.parse(json.out)).toMatchObject({ job: { state: 'done' }, results: [{ unit: 0, workers: [peerId, otherPeerId] }] });
  const out = join(folder, 'results');
  expect(await run(['job', 'results', jobId.slice(-8), '--out', out], script)).toMatchObject({ code: 0, out: `1 results written to ${out}\n` });
  expect(await readFile(join(out, '0000-a_b.csv', 'stdout'), 'utf8')).toBe('one\n');
  expect(await readFile(join(out, '0000-a_b.csv', 'files/x/y.txt'), 'utf8')).toBe('hi');
});

test("a result's file cannot leave its folder", async () => {
  const file = { path: '../../escaped', bytes: 2, read: async () => Buffer.from('hi') };
  const script = { views: [jobView({ state: 'done' })], results: [unitResult(0, '', { files: [file] })] };
  expect(await run(['job', 'results', jobId, '--out', join(folder, 'r')], script)).toMatchObject({ code: 1, err: expect.stringContaining('it would leave the folder') });
});

test('a terminal gets results without what could steer it, a pipe gets the bytes', async () => {
  const script = { views: [jobView({ state: 'done' })], results: [unitResult(0, '\u001B[2Jx')] };
  expect((await run(['job', 'results', jobId], script)).out).toBe('\u001B[2Jx');
  expect((await run(['job', 'results', jobId], script, true)).out).toBe('�[2Jx\n');
});

test('a job that failed ends with 5 and its reasons', async () => {
  const reasons = [{ code: 'no-holder', text: 'nobody who bid holds the shard' }];
  const views = [jobView({ state: 'failed', abandoned: 2, waiting: reasons })];
  const { code, err } = await run(['run', await program()], { views });
  expect(code).toBe(5);
  expect(err).toContain('The job was given up');
  expect(err).toContain('nobody who bid holds the shard');
  expect(err).toContain(`shoal job logs ${jobId.slice(-10)}`);
});

test('why a job ended as a whole is said wherever the job is', async () => {
  const reason = { code: 'deadline-passed', text: 'the deadline passed with 1 of 2 units settled' };
  const script = { views: [jobView({ state: 'failed', accepted: 1, finishedAt: 2_000, reason })] };
  const followed = await run(['run', await program()], script);
  expect(followed).toMatchObject({ code: 5, err: expect.stringContaining(`${reason.text} (deadline-passed)`) });
  expect((await run(['job', 'show', jobId], script)).out).toMatch(/^ {2}why +the deadline passed with 1 of 2 units settled \(deadline-passed\)$/mu);
  expect((await run(['job', 'ls'], script)).out).toMatch(/TOOK +WHY\n.* the deadline passed .*\(deadline-passed\)\n$/u);
  expect(JSON.parse((await run(['job', 'ls', '--json'], script)).out)).toMatchObject({ jobs: [{ reason }] });
  const cancelled = { views: [jobView({ state: 'cancelled', reason: { code: 'cancelled', text: 'wrong\n\u001B[2Jdataset' } })] };
  expect((await run(['job', 'ls'], cancelled)).out).toContain('wrong �[2Jdataset (cancelled)');
  expect((await run(['job', 'ls'], { views: [jobView({ state: 'failed', abandoned: 2 })] })).out).toContain('2 units given up');
  expect((await run(['job', 'ls'], { views: [jobView()] })).out).not.toContain('WHY');
});

test("the peer's refusal reaches the person", async () => {
  const refuse = new ShoalError('dataset-ambiguous', 'Cannot find a dataset "logs"', { hint: '`shoal data ls` lists them.' });
  const { code, err } = await run(['run', await program(), '--on', 'logs'], { refuse });
  expect({ code, err }).toEqual({ code: 1, err: 'shoal: Cannot find a dataset "logs"\n  `shoal data ls` lists them.\n' });
});

test('job commands show, list, log and cancel', async () => {
  const worker = { peer: otherPeerId as typeof peerId, state: 'declined' as const, running: [], committed: 0, accepted: 0, failed: 0, reasons: [{ code: 'busy', text: 'no free slot' }] };
  const script = { views: [jobView({ workers: [worker], waiting: [{ code: 'no-bids', text: 'nobody bid' }] })] };
  const shown = await run(['job', 'show', `…${jobId.slice(-8)}`], script);
  for (const text of ['0 of 2 accepted', '1 declined', 'nobody bid (no-bids)', 'no free slot (busy)', jobId]) expect(shown.out).toContain(text);
  expect((await run(['job', 'ls'], script)).out).toContain('count');
  expect((await run(['job', 'logs', jobId, '--unit', '3'], script)).out).toBe('unit 3 …yPGwdGSm  careful\n');
  expect((await run(['job', 'cancel', jobId, '--why', 'enough'], script)).out).toContain('had ended before: open');
  expect(await run(['job', 'show', 'zzz'], script)).toMatchObject({ code: 1, err: expect.stringContaining('`shoal job ls` lists them.') });
});

test('a trace tells a line an event, bounded, and strangers cannot forge lines', async () => {
  const at = (ms: number, by: string, what: TraceEvent['what'], more: Partial<TraceEvent> = {}): TraceEvent => ({ at: 1_000 + ms, by: by as typeof peerId, what, ...more });
  const other = otherPeerId as typeof peerId;
  const events = [
    at(-5, otherPeerId, 'bid', { slots: 2 }), at(0, peerId, 'posted'), at(1, peerId, 'asked', { peers: [other] }),
    at(20, otherPeerId, 'declined', { reason: { code: 'busy', text: 'no\nroom' } }), at(30, otherPeerId, 'committed', { units: [4, 0, 1, 2] }),
    at(1_500, peerId, 'accepted', { units: [0], peers: [other] }), at(1_600, peerId, 'fetched', { units: [0], peers: [other], bytes: 1_200 }),
  ];
  const short = `…${otherPeerId.slice(-8)}`;
  const { out } = await run(['trace', jobId], { events });
  for (const text of [
    `-5 ms  ${short}  bid for 2 units at once`, 'requester  posted 2 units; 2 peers must agree on each', `asked ${short}`, 'declined: no room (busy)',
    'committed to units 0-2, 4', `+1.5 s  requester  accepted unit 0 of ${short}`, `fetched outputs of unit 0 (1.2 kB) from ${short}`,
  ]) expect(out).toContain(text);
  expect(out.split('\n')).toHaveLength(events.length + 3);
  expect(JSON.parse((await run(['trace', jobId, '--json'], { events })).out)).toMatchObject({ job: { id: jobId }, events, omitted: 0 });

  const many = Array.from({ length: 1_000 }, (_, unit) => at(unit, otherPeerId, 'committed', { units: [unit] }));
  const cut = (await run(['trace', jobId], { events: many })).out;
  expect(cut.split('\n')).toHaveLength(limits.traceLines + 4);
  for (const text of ['unit 99\n', 'unit 900\n', '800 events left out: --all shows']) expect(cut).toContain(text);
  expect((await run(['trace', jobId, '--all'], { events: many })).out.split('\n')).toHaveLength(1_003);
  expect(await run(['trace', 'zzz'], { events })).toMatchObject({ code: 1, err: expect.stringContaining('`shoal job ls` lists them.') });
});

test('status, peers and data are readable, and strangers cannot forge lines', async () => {
  const known = { peer: otherPeerId as typeof peerId, connected: true, addresses: [], slots: 4, free: 1, engines: ['wasm'], isolation: 'full', labels: { region: 'eu\nroot' }, datasets: [{ cid: jobId, name: 'logs', here: 2, shards: 3 }], ageMs: 1_200 };
  const peers = (await run(['peers'], { peers: [known] })).out;
  expect(peers.split('\n')).toHaveLength(3);
  for (const text of ['neighbour', '1/4', 'region=eu root', 'logs 2/3', '1 s ago']) expect(peers).toContain(text);
  expect((await run(['peers'], {})).out).toContain('No other peers known');
  const status = (await run(['status'], { status: { work: [{ job: jobId, unit: 3, requester: otherPeerId as typeof peerId, sinceMs: 500 }] } })).out;
  for (const text of [peerId, 'ready (after 120 ms)', '2 neighbours', 'unit 3 of job']) expect(status).toContain(text);
  expect((await run(['data', 'ls'], {})).out).toContain('Add one');
  expect((await run(['data', 'rm', 'logs'], {})).out).toBe('Removed logs; 10 B freed.\n');
});
