import assert from 'node:assert/strict';
import type { ExecutionFailureCode, ExecutionOutcome, Executor } from '@shoal/runtime';
import { bytesOf, execute, memoryInput, textOf, usualLimits, type RequestOptions } from './request.ts';

/** An executor under test, with a program in its own language that knows the words of the cases. */
export interface ConformanceSubject {
  executor: Executor;
  probe: Uint8Array;
  /** Where the engine is another than the one for WebAssembly. */
  dialect?: Dialect;
}

/** How an engine differs, where it may. */
export interface Dialect {
  engine: string;
  /** What its runtime needs before the program's first statement. */
  startFuel: number;
  startMs: number;
  /** What ends in another way than by a trap, by the probe's word for it; `noise` is what is no program. */
  fates: Readonly<Record<string, ExecutionFailureCode>>;
  /** Its runtime says more on the log than the program did: what went wrong, and where. */
  saysMore: true;
}

export interface ConformanceCase {
  name: string;
  run(subject: ConformanceSubject): Promise<void>;
}

type Good = Extract<ExecutionOutcome, { ok: true }>;
type Bad = Extract<ExecutionOutcome, { ok: false }>;

/** Runs the probe by the subject's engine. */
function perform({ executor, probe, dialect }: ConformanceSubject, options: RequestOptions): Promise<ExecutionOutcome> {
  if (dialect === undefined) return execute(executor, probe, options);
  const { fuel, wallMs } = options.limits ?? {};
  const limits = {
    ...options.limits,
    ...(fuel === undefined ? {} : { fuel: fuel + dialect.startFuel }),
    wallMs: (wallMs ?? usualLimits.wallMs) + dialect.startMs,
  };
  return execute(executor, probe, { program: 'probe', ...options, limits, engine: dialect.engine });
}

const run = (subject: ConformanceSubject, ...args: string[]): Promise<ExecutionOutcome> => perform(subject, { args });

/** What the program said on the log, without what its runtime may have added. */
function assertLog({ dialect }: ConformanceSubject, outcome: ExecutionOutcome, expected: string): void {
  const lines = textOf(outcome.log).trimEnd().split('\n');
  const own = dialect?.saysMore === true ? lines.slice(0, expected.split('\n').length) : lines;
  assert.equal(own.join('\n'), expected);
}

function good(outcome: ExecutionOutcome): Good {
  assert.ok(outcome.ok, outcome.ok ? '' : `failed: ${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome;
}

function bad(outcome: ExecutionOutcome, code: ExecutionFailureCode, deterministic: boolean): Bad {
  assert.ok(!outcome.ok, `it should have failed with ${code}`);
  assert.deepEqual({ code: outcome.failure.code, deterministic: outcome.failure.deterministic }, { code, deterministic });
  assert.ok(outcome.failure.message.length > 10, 'a failure has a clear text');
  return outcome;
}

/** A case of a unit that fails, after which the executor goes on. */
function fails(
  name: string,
  options: RequestOptions,
  code: ExecutionFailureCode,
  deterministic: boolean,
  log?: string,
): ConformanceCase {
  return {
    name,
    async run(subject) {
      const fate = subject.dialect?.fates[options.args?.[0] ?? ''] ?? code;
      const outcome = bad(await perform(subject, options), fate, deterministic);
      if (log !== undefined) assertLog(subject, outcome, log);
      assert.equal(textOf(good(await run(subject, 'fib', '10')).stdout), '55', 'the next unit runs');
    },
  };
}

const succeeds: ConformanceCase = {
  name: 'gives stdout, the files of /out, the log and progress',
  async run(subject) {
    const progress: [number, string][] = [];
    const streamed: string[] = [];
    const outcome = good(
      await perform(subject, {
        args: ['hello', 'in/a', 'in/deep/b'],
        inputs: [memoryInput('/in/a', bytesOf('AAAA')), memoryInput('/in/deep/b', bytesOf('BB'))],
        onProgress: (fraction, text) => progress.push([fraction, text]),
        onLog: (bytes) => streamed.push(textOf(bytes)),
      }),
    );
    assert.equal(textOf(outcome.stdout).split('\n').slice(1).join('\n'), 'hello\nin/a\nin/deep/b\nin/a 4 65\nin/deep/b 2 66\n');
    assert.deepEqual(
      outcome.files.map((file) => [file.path, textOf(file.bytes)]),
      [
        ['first.txt', 'first file'],
        ['second.txt', 'second file'],
      ],
    );
    assertLog(subject, outcome, 'begin\nend');
    assert.equal(streamed.join('').trimEnd(), 'begin\nend');
    assert.deepEqual(progress, [[0.5, 'half way']]);
    assert.equal(outcome.usage.inputBytes, 6);
    assert.ok(outcome.usage.peakMemoryBytes > 0 && outcome.usage.wallMs > 0);
  },
};

const large = 48 * 1024 * 1024;

const readsLazily: ConformanceCase = {
  name: 'reads inputs as the program asks for them, larger than its memory',
  async run(subject) {
    const input = memoryInput('/in/large', new Uint8Array(large).fill(1));
    const tail = good(await perform(subject, { args: ['tail', 'in/large'], inputs: [input] }));
    assert.equal(textOf(tail.stdout), 'in/large ends with \x01\x01\x01\x01');
    assert.ok(input.bytesAsked <= 2 * 1024 * 1024, `a look at the end read ${input.bytesAsked} bytes`);
    const whole = good(await perform(subject, { args: ['sum', 'in/large'], inputs: [input] }));
    assert.equal(textOf(whole.stdout), `in/large ${large} ${large / 64}\n`);
  },
};

const unreadable: ConformanceCase = {
  name: 'an input that cannot be read: input-unreadable',
  async run(subject) {
    const broken = { path: '/in/a', bytes: 10, read: () => Promise.reject(new Error('the disk is broken')) };
    const outcome = await perform(subject, { args: ['sum', 'in/a'], inputs: [broken] });
    assert.match(bad(outcome, 'input-unreadable', false).failure.message, /in\/a.*the disk is broken/);
    good(await run(subject, 'fib', '5'));
  },
};

const logFlood: ConformanceCase = {
  name: 'a flood of log is cut, not failed',
  async run(subject) {
    const { log } = good(await run(subject, 'log'));
    assert.equal(log.length, usualLimits.logBytes);
    assert.match(textOf(log), /^line 0\nline 1\n/);
    assert.match(textOf(log), /\[log cut at 2000 bytes\]\n$/);
  },
};

const cancels: ConformanceCase = {
  name: 'cancelled at once, running or waiting',
  async run(subject) {
    const controller = new AbortController();
    const { slots } = subject.executor.info();
    const running = Array.from({ length: slots + 1 }, () =>
      perform(subject, {
        args: ['loop'],
        signal: controller.signal,
        onLog: () => controller.abort(),
      }),
    );
    for (const outcome of await Promise.all(running)) bad(outcome, 'cancelled', false);
    const never = new AbortController();
    never.abort();
    bad(await perform(subject, { args: ['fib', '5'], signal: never.signal }), 'cancelled', false);
    good(await run(subject, 'fib', '5'));
  },
};

const repeats: ConformanceCase = {
  name: 'two runs of a unit are equal to the byte, and another unit has other randomness',
  async run(subject) {
    const once = (env: Record<string, string>) =>
      perform(subject, { args: ['surroundings'], env, inputs: [memoryInput('/in/a', bytesOf('x'))] });
    const first = good(await once({ UNIT: '1' }));
    const again = good(await once({ UNIT: '1' }));
    assert.deepEqual(again.stdout, first.stdout);
    assert.equal(again.usage.fuel, first.usage.fuel);
    const randomness = (outcome: Good): string => textOf(outcome.stdout).split('\n')[3] as string;
    assert.notEqual(randomness(good(await once({ UNIT: '2' }))), randomness(first));
  },
};

const seesNothing: ConformanceCase = {
  name: 'sees of its surroundings only what the job declares',
  async run(subject) {
    const outcome = good(
      await perform(subject, { args: ['surroundings'], env: { B: '2', A: 'é' }, inputs: [memoryInput('/in/a', bytesOf('x'))] }),
    );
    const lines = textOf(outcome.stdout).split('\n');
    assert.deepEqual(lines.slice(0, 2), ['A=é', 'B=2'], 'the environment is the job\'s, sorted');
    const year = new Date(Number(BigInt(lines[2] as string) / 1_000_000n)).getUTCFullYear();
    assert.equal(year, 2020, 'the clock is virtual');
    const names = lines.slice(5).filter((line) => line !== '' && !line.endsWith('.'));
    // A script lies in a folder of its own, which is no secret of anybody's.
    assert.deepEqual(names.filter((name) => subject.dialect === undefined || name !== '.: program'), ['.: in', '.: out', '.: tmp', 'in: a']);
  },
};

const cannotLeave: ConformanceCase = {
  name: 'no path leads out: `..`, absolute names, links, odd UTF-8',
  async run(subject) {
    const lines = textOf(good(await run(subject, 'escape')).stdout).trimEnd().split('\n');
    // Bytes that are no text, links and addresses outside its memory: a language without them cannot try.
    assert.equal(lines.length, subject.dialect === undefined ? 15 : 11);
    for (const line of lines.slice(0, 11)) assert.match(line, / -\d+$/, `refused: ${line}`);
    for (const line of lines.slice(11)) assert.match(line, / [1-9]\d*$/, `refused: ${line}`);
  },
};

const invalid: ConformanceCase = {
  name: 'what is no program: program-invalid',
  async run(subject) {
    const noise = bytesOf('this is no program at all');
    const outcome = bad(await perform({ ...subject, probe: noise }, { program: 'noise' }), subject.dialect?.fates['noise'] ?? 'program-invalid', true);
    if (subject.dialect === undefined) assert.equal(outcome.log.length, 0);
    good(await run(subject, 'fib', '5'));
  },
};

const submitters: ConformanceCase = {
  name: 'units of several submitters at once, more than there are slots',
  async run(subject) {
    const numbers = Array.from({ length: 7 }, (_, i) => i);
    const outcomes = await Promise.all(
      numbers.map((i) => perform(subject, { args: ['fib', String(i)], submitter: `submitter-${i % 3}` })),
    );
    assert.deepEqual(
      outcomes.map((outcome) => textOf(good(outcome).stdout)),
      ['0', '1', '1', '2', '3', '5', '8'],
    );
  },
};

/** What every executor must do, whatever its engine. */
export const conformanceCases: readonly ConformanceCase[] = [
  succeeds,
  readsLazily,
  unreadable,
  fails('a non-zero exit code: program-exited, with its log', { args: ['exit', '3'] }, 'program-exited', true, 'about to leave'),
  fails('a trap: program-trapped, with its log', { args: ['trap'] }, 'program-trapped', true, 'about to trap'),
  fails('an endless recursion: depth-exceeded', { args: ['recurse'] }, 'depth-exceeded', true),
  fails('an endless loop: wall-time-exceeded, with its log', { args: ['loop'], limits: { wallMs: 150 } }, 'wall-time-exceeded', false, 'looping'),
  fails('a memory bomb: memory-exceeded', { args: ['memory'] }, 'memory-exceeded', true, 'growing'),
  fails('too little memory to begin with: memory-exceeded', { limits: { memoryBytes: 0 } }, 'memory-exceeded', true),
  fails('an output bomb on stdout: output-exceeded', { args: ['output'] }, 'output-exceeded', true),
  fails('an output bomb in /out: output-exceeded', { args: ['output-file'] }, 'output-exceeded', true),
  fails('too many files: files-exceeded', { args: ['files'] }, 'files-exceeded', true),
  fails('more work than its fuel: fuel-exceeded', { args: ['loop'], limits: { fuel: 1_000_000 } }, 'fuel-exceeded', true, 'looping'),
  logFlood,
  invalid,
  cancels,
  repeats,
  seesNothing,
  cannotLeave,
  submitters,
];
