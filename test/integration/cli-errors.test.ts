import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Room, openRoom, started } from './lib/shoal.ts';

let room: Room;

beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

/** What every failure has in common: nothing on standard output, what was tried, what to do, no stack. */
async function fails(code: number, texts: readonly string[], ...args: string[]): Promise<void> {
  const ran = await room.run(...args);
  expect({ args, code: ran.code, out: ran.out }).toEqual({ args, code, out: '' });
  for (const text of texts) expect(ran.err).toContain(text);
  expect(ran.err).toMatch(/^shoal: .+\n {2}\S/mu);
  expect(ran.err).not.toMatch(/^ +at /mu);
}

test('without a peer, a command says what is missing and how to get it', { timeout: 60_000 }, async () => {
  await Promise.all([
    fails(2, ["unknown command 'stat'", 'Did you mean status?'], 'stat'),
    fails(2, ["unknown option '--datadir'", 'Did you mean --data-dir?', '`shoal up --help`'], 'up', '--datadir', 'x'),
  ]);
  await Promise.all([
    fails(3, ['none is running there', 'shoal up --data-dir'], 'status', '--data-dir', 'nobody'),
    fails(1, ['Cannot use no.wasm as a program', 'Looked for'], 'run', 'no.wasm', '--data-dir', 'nobody'),
  ]);
});

test("a peer's refusals reach whoever asked, with what to do", { timeout: 90_000 }, async () => {
  await writeFile(join(room.path, 'text.wasm'), 'no program\n');
  const a = room.open('up', '--data-dir', 'a');
  await started(a);
  await Promise.all([
    fails(1, ['bafybeinotreallyacid'], 'data', 'get', 'bafybeinotreallyacid', '--data-dir', 'a'),
    fails(1, ['"nothing"', 'shoal data ls'], 'run', programPath('noop'), '--on', 'nothing', '--data-dir', 'a'),
  ]);
  await Promise.all([
    fails(1, ['nosuchjob', 'shoal job ls'], 'job', 'show', 'nosuchjob', '--data-dir', 'a'),
    fails(1, ['text.wasm'], 'run', 'text.wasm', '--data-dir', 'a'),
  ]);
  const json = await room.run('job', 'show', 'nosuchjob', '--data-dir', 'a', '--json');
  expect(json).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(json.out)).toEqual({ error: { code: 'job-unknown', message: expect.any(String), hint: expect.any(String) } });
});

test('a peer that cannot start says why', { timeout: 60_000 }, async () => {
  await writeFile(join(room.path, 'file'), '');
  await Promise.all([
    fails(1, ['as a data directory', '--data-dir DIR'], 'up', '--data-dir', 'file/inside'),
    fails(1, ['/ip4/203.0.113.1/tcp/9'], 'up', '--data-dir', 'a', '--listen', '/ip4/203.0.113.1/tcp/9'),
  ]);
});
