import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor } from '@shoal/runtime';
import { findProgram } from '../../launch/tools.ts';
import { bytesOf, execute, memoryInput, textOf, type RequestOptions } from '../../testing/request.ts';
import { createSandbox } from '../executor.ts';

/** An executable of any Linux machine, which does what its first argument says. */
const program = bytesOf(`#!/bin/sh
set -e
case "$1" in
  work) cat /in/a/text; echo "$WORD"; echo "$2" > /out/result; mkdir /out/deep; echo x > /out/deep/x; echo said >&2 ;;
  exit) exit 7 ;;
  loop) echo looping >&2; while :; do :; done ;;
  flood) while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done ;;
  many) i=0; while :; do i=$((i+1)); head -c 100000 /dev/zero > /out/$i; done ;;
  link) ln -s /etc/ld.so.cache /out/link; sleep 1 ;;
  look)
    for path in /etc/passwd /etc/shadow /root /home "$2" /in/a/new /usr/new /new /program.new; do
      case $path in *new) (echo x > $path) 2>/dev/null && echo "wrote $path" ;; *) [ -e $path ] && echo "saw $path" ;; esac
    done
    (cat /proc/net/dev 2>/dev/null | grep -v lo: | grep : ) && echo network
    kill -0 "$3" 2>/dev/null && echo signalled
    unshare -U true 2>/dev/null && echo namespaces
    # System calls are filtered, those for the network among them, where perl can try; on kinds of processors that the filter knows.
    grep -q '^Seccomp:.*2' /proc/self/status || echo unfiltered
    if command -v perl >/dev/null; then perl -e 'print "made a socket\n" if socket(my $s, 1, 1, 0);'; fi
    [ "$(id -u)" = 65534 ] || echo "is $(id -u)"
    env | grep -v -e '^PATH=' -e '^HOME=' -e '^PWD=' -e '^WORD=' -e '^_=' -e '^SHLVL=' -e '^OLDPWD=' || true
    echo looked ;;
esac
`);
const digest = createHash('sha256').update(program).digest('hex');
const hasWalls = process.platform === 'linux' && findProgram('bwrap') !== undefined;
const base = mkdtempSync(join(tmpdir(), 'shoal-test-'));
let executor: Executor;

beforeAll(async () => {
  executor = createSandbox({ slots: 2, clock: systemClock, logger: silentLogger, inputFolder: base, allowed: { native: { tool: digest } } });
  await executor.start();
});
afterAll(async () => {
  await executor.stop();
  rmSync(base, { recursive: true });
});

const run = (args: string[], options: RequestOptions = {}): Promise<ExecutionOutcome> =>
  execute(executor, program, { engine: 'native', args, inputs: [memoryInput('/in/a/text', bytesOf('an input\n'))], env: { WORD: 'a word' }, ...options, limits: { memoryBytes: 1024 ** 3, ...options.limits } });

async function failure(args: string[], options?: RequestOptions): Promise<string> {
  const outcome = await run(args, options);
  if (outcome.ok) return `it ended well: ${textOf(outcome.stdout)}`;
  expect(outcome.failure.deterministic).toBe(false);
  return `${outcome.failure.code}: ${outcome.failure.message}`;
}

/** Folders of units; the pool's own are there besides. */
const folders = (): string[] => readdirSync(base).filter((name) => existsSync(join(base, name, 'out')));

// Needs Linux with bubblewrap.
describe.skipIf(!hasWalls)('native programs (skipped without bubblewrap)', () => {
  test('an allowed one reads /in, writes /out, and says what it is', async () => {
    expect(executor.info().abilities).toContainEqual({ engine: 'native', languages: [], deterministic: false, checkpoint: false, metered: false });
    const outcome = await run(['work', 'done']);
    expect(outcome).toMatchObject({ ok: true });
    if (!outcome.ok) return;
    expect(textOf(outcome.stdout)).toBe('an input\na word\n');
    expect(textOf(outcome.log)).toBe('said\n');
    expect(outcome.files.map(({ path, bytes }) => [path, textOf(bytes)])).toEqual([['deep/x', 'x\n'], ['result', 'done\n']]);
    expect(folders()).toEqual([]);
  });

  test('another one is refused, whatever it is called, with its digest', async () => {
    const other = bytesOf('#!/bin/sh\necho other\n');
    const outcome = await execute(executor, other, { engine: 'native', program: 'tool' });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'program-invalid', deterministic: false } });
    expect(!outcome.ok && outcome.failure.message).toContain(createHash('sha256').update(other).digest('hex'));
  });

  test('sees no files, network, processes or settings of the machine, and writes nowhere but to /out and /tmp', async () => {
    const outcome = await run(['look', process.cwd(), String(process.pid)]);
    expect(outcome.ok && textOf(outcome.stdout)).toBe('looked\n');
  });

  test.each<[string, string[], RequestOptions, RegExp]>([
    ['an exit code', ['exit'], {}, /^program-exited: .*code 7/],
    ['time', ['loop'], { limits: { wallMs: 500 } }, /^wall-time-exceeded/],
    ['standard output', ['flood'], { limits: { outputBytes: 100_000 } }, /^output-exceeded/],
    ['files of /out together', ['many'], { limits: { outputBytes: 1_000_000 } }, /^output-exceeded/],
    ['a link in /out', ['link'], {}, /^files-exceeded: .*link/],
  ])('fails by %s, and leaves nothing', async (_name, args, options, expected) => {
    expect(await failure(args, options)).toMatch(expected);
    expect(folders()).toEqual([]);
  });

  test('is killed when it is called off', async () => {
    const controller = new AbortController();
    expect(await failure(['loop'], { signal: controller.signal, onLog: () => controller.abort() })).toMatch(/^cancelled/);
    expect(folders()).toEqual([]);
    const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(base));
    expect(left).toEqual([]);
  });
});

/** Empty for a process that is gone. */
function commandOf(pid: string): string {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text.includes('/program') ? text : '';
  } catch {
    return '';
  }
}

test('nothing is offered unless the owner allows it, and the reason is told', async () => {
  const closed = createSandbox({ slots: 1, clock: systemClock, logger: silentLogger });
  await closed.start();
  try {
    expect(closed.info().engines).not.toContain('native');
    expect(closed.info().engines).not.toContain('container');
    expect(await execute(closed, program, { engine: 'native' })).toMatchObject({ ok: false, failure: { deterministic: false, message: expect.stringContaining('--allow-native') as string } });
    expect(await execute(closed, program, { engine: 'container' })).toMatchObject({ ok: false, failure: { message: expect.stringContaining('--allow-container') as string } });
  } finally {
    await closed.stop();
  }
});
