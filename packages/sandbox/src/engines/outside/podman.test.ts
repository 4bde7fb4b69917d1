import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor } from '@shoal/runtime';
import { findProgram } from '../../launch/tools.ts';
import { bytesOf, execute, memoryInput, textOf, type RequestOptions } from '../../testing/request.ts';
import { createSandbox } from '../executor.ts';

const base = mkdtempSync(join(tmpdir(), 'shoal-test-'));
const name = `localhost/${base.slice(base.lastIndexOf('/') + 1).toLowerCase()}`;
const podman = findProgram('podman');
const engine = (...args: string[]): string => execFileSync(podman as string, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** An image of this machine's shell with the libraries that it needs, by its digest. */
function makeImage(): string {
  const root = join(base, 'root');
  const programs = ['sh', 'cat', 'sleep', 'id', 'ls'].map((program) => [`/bin/${program}`, realpathSync(findProgram(program) as string)] as const);
  const libraries = programs.flatMap(([, from]) => execFileSync('ldd', [from], { encoding: 'utf8' }).match(/\/lib\S*/g) ?? []);
  for (const [to, from] of [...programs, ...[...new Set(libraries)].map((path) => [path, realpathSync(path)] as const)]) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
  for (const folder of ['in', 'out', 'tmp', 'proc', 'dev', 'sys', 'etc']) mkdirSync(join(root, folder));
  // runc gives a mount the rights of the folder below it.
  chmodSync(join(root, 'tmp'), 0o1777);
  execFileSync('tar', ['-C', root, '-cf', join(base, 'image.tar'), '.']);
  engine('import', '--change', 'ENTRYPOINT ["/bin/sh","-c"]', join(base, 'image.tar'), `${name}:1`);
  return `${name}@${engine('image', 'inspect', '--format', '{{.Digest}}', `${name}:1`)}`;
}

/** Undefined where there is no podman, or it cannot run anything here: for want of cgroups that it can use, say. */
function imageThatRuns(): string | undefined {
  if (podman === undefined) return undefined;
  try {
    const image = makeImage();
    engine('run', '--rm', '--network', 'none', '--memory', '100000000', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', image, 'true');
    return image;
  } catch {
    return undefined;
  }
}

const image = imageThatRuns();

// Needs a podman that runs containers with a limit of memory.
describe.skipIf(image === undefined)('the container engine with a real podman (skipped where it runs nothing)', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = createSandbox({ slots: 2, clock: systemClock, logger: silentLogger, inputFolder: join(base, 'units'), allowed: { containers: [image as string] } });
    await executor.start();
  });
  afterAll(() => executor.stop());

  const run = (script: string, options: RequestOptions = {}): Promise<ExecutionOutcome> =>
    execute(executor, bytesOf(image as string), { engine: 'container', args: [script], inputs: [memoryInput('/in/text', bytesOf('an input\n'))], env: { WORD: 'a word' }, ...options, limits: { memoryBytes: 200_000_000, ...options.limits } });
  const failure = async (script: string, options?: RequestOptions): Promise<string> => {
    const outcome = await run(script, options);
    return outcome.ok ? `it ended well: ${textOf(outcome.stdout)}` : `${outcome.failure.code}: ${outcome.failure.message}`;
  };
  const left = (): string => engine('ps', '--all', '--quiet', '--filter', `ancestor=${image}`);

  test('reads /in, writes /out and says what it is', async () => {
    const outcome = await run('cat /in/text; echo "$WORD"; echo done > /out/result; echo said >&2');
    expect(outcome).toMatchObject({ ok: true });
    if (!outcome.ok) return;
    expect(textOf(outcome.stdout)).toBe('an input\na word\n');
    expect(textOf(outcome.log)).toBe('said\n');
    expect(outcome.files.map(({ path, bytes }) => [path, textOf(bytes)])).toEqual([['result', 'done\n']]);
  });

  test('is nobody, without network or rights, and writes nowhere but to /out and /tmp', async () => {
    const outcome = await run('id -u; ls /sys/class/net; for place in / /in /bin; do (echo x > $place/new) 2>/dev/null && echo "wrote $place"; done; echo x > /tmp/new && while read key value; do [ "$key" = CapEff: ] && echo $value; done < /proc/self/status; true');
    expect(outcome.ok ? textOf(outcome.stdout) : outcome.failure).toBe('65534\nlo\n0000000000000000\n');
  });

  test('fails by its exit code and by time, can be called off, and leaves no container and no folder', async () => {
    expect(await failure('exit 7')).toMatch(/^program-exited: .*code 7/);
    expect(await failure('sleep 100', { limits: { wallMs: 3000 } })).toMatch(/^wall-time-exceeded/);
    const controller = new AbortController();
    expect(await failure('echo sleeping >&2; sleep 100', { signal: controller.signal, onLog: () => controller.abort() })).toMatch(/^cancelled/);
    await expect.poll(left, { timeout: 10_000 }).toBe('');
    // The pool's own folders are there besides.
    expect(readdirSync(join(base, 'units')).filter((folder) => existsSync(join(base, 'units', folder, 'out')))).toEqual([]);
  }, 30_000);
});

afterAll(() => {
  if (podman !== undefined) {
    try {
      engine('rmi', '--force', `${name}:1`);
    } catch {
      // It was never made.
    }
  }
  rmSync(base, { recursive: true });
});
