import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLogger, systemClock, type Executor } from '@shoal/runtime';
import { findProgram } from '../../launch/tools.ts';
import { bytesOf, execute, memoryInput, textOf } from '../../testing/request.ts';
import { createSandbox } from '../executor.ts';
import { checkAllowed } from './allowed.ts';

const image = `docker.io/library/tool@sha256:${'a1'.repeat(32)}`;
const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));

/** Stands for podman: writes down its command line, one word a line, and does as the image would. */
const scripted = `#!/bin/sh
for word; do echo "$word"; done >> ${folder}/words
[ "$1" != ps ] || { echo shoal-sandbox-${process.pid}-aaaaaa; echo shoal-sandbox-4194999-bbbbbb; echo theirs-shoal-sandbox-4194999-c; exit 0; }
[ "$1" = run ] || exit 0
out=; in=
for word; do case "$word" in *:/out:rw) out=\${word%:/out:rw} ;; *:/in:ro) in=\${word%:/in:ro} ;; esac; done
for last; do :; done
if [ "$last" = absent ]; then echo "Error: no such image" >&2; exit 125; fi
if [ "$last" = loop ]; then echo begun >&2; sleep 60; fi
cat $in/text; echo made > $out/file; echo said >&2
`;

let executor: Executor;
// A real podman might be found first: then the scripted one is not what runs.
const isReal = findProgram('podman') !== undefined;
const can = process.platform !== 'win32' && !isReal;

beforeAll(async () => {
  writeFileSync(join(folder, 'podman'), scripted);
  chmodSync(join(folder, 'podman'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
  executor = createSandbox({ slots: 1, clock: systemClock, logger: silentLogger, allowed: { containers: [image] } });
  await executor.start();
});
afterAll(async () => {
  await executor.stop();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const words = (): string[] => readFileSync(join(folder, 'words'), 'utf8').trimEnd().split('\n');

// The command line is under test here, with a scripted engine on PATH: no real one is needed.
describe.skipIf(!can)('containers, by a scripted podman (skipped where podman is installed, and on Windows)', () => {
  test('containers of a peer that was killed are removed at start, and no others', () => {
    // No process has a number beyond 4194304.
    expect(words().filter((_, i, all) => all[i - 1] === '--force')).toEqual(['shoal-sandbox-4194999-bbbbbb']);
  });

  test('an allowed image runs locked up, with /in read only and /out bound', async () => {
    const outcome = await execute(executor, bytesOf(`${image}\n`), {
      engine: 'container',
      args: ['--flag', 'value'],
      env: { WORD: 'a word' },
      inputs: [memoryInput('/in/text', bytesOf('an input\n'))],
      limits: { memoryBytes: 64 * 1024 * 1024 },
    });
    expect(outcome).toMatchObject({ ok: true, files: [{ path: 'file' }] });
    expect(outcome.ok && textOf(outcome.stdout)).toBe('an input\n');
    const line = words().join(' ');
    for (const flags of [
      'run --rm --name shoal-sandbox-', '--pull=never', '--stop-timeout 0', '--ulimit nofile=1024:1024', '--network none', '--read-only', '--cap-drop ALL', '--security-opt no-new-privileges',
      '--memory 67108864 --memory-swap 67108864', '--cpus 1', '--pids-limit 256', '--user 65534', '/in:ro', '/out:rw', '--env WORD=a word',
    ]) expect(line).toContain(flags);
    // What the job gives comes behind the image, where nothing is an option of the engine's.
    expect(words().slice(-3)).toEqual([image, '--flag', 'value']);
    const place = /--volume (\S+):\/in:ro/.exec(line)?.[1] as string;
    expect(existsSync(place)).toBe(false);
  });

  test('one that is called off is removed by its name', async () => {
    rmSync(join(folder, 'words'));
    const controller = new AbortController();
    const outcome = await execute(executor, bytesOf(image), { engine: 'container', args: ['loop'], signal: controller.signal, onLog: () => controller.abort() });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    const name = words()[words().indexOf('--name') + 1] as string;
    expect(words().slice(-3)).toEqual(['rm', '--force', name]);
  });

  test('that the image is not on this machine is told, and is no failure of the program', async () => {
    const outcome = await execute(executor, bytesOf(image), { engine: 'container', args: ['absent'] });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'sandbox-crashed', deterministic: false, message: expect.stringContaining('no such image') as string } });
  });

  test.each([
    ['an image that is not allowed', image.replace('tool', 'other'), /does not allow the image/],
    ['an image by its tag', 'docker.io/library/tool:latest', /no container image/],
    ['an option in the place of an image', `--privileged@sha256:${'a1'.repeat(32)}`, /no container image/],
    ['two lines', `${image}\n--privileged`, /no container image/],
  ])('refuses %s', async (_name, text, expected) => {
    const outcome = await execute(executor, bytesOf(text), { engine: 'container' });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'program-invalid', deterministic: false, message: expect.stringMatching(expected) as string } });
  });
});

test('nothing is allowed by less than a digest', () => {
  checkAllowed({ native: { tool: 'a1'.repeat(32) }, containers: [image] });
  expect(() => checkAllowed({ native: { tool: 'a1' } })).toThrow(/64 lower-case/);
  expect(() => checkAllowed({ containers: ['tool:latest'] })).toThrow(/IMAGE@sha256/);
});
