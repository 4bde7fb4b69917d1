import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type ExecutionOutcome, type Executor } from '@shoal/runtime';
import { conformanceCases, type Dialect } from '../testing/conformance.ts';
import { javascriptProbe } from '../testing/probe-javascript.ts';
import { bytesOf, execute, memoryInput, textOf, type RequestOptions } from '../testing/request.ts';
import { createSandbox } from './executor.ts';

const dialect: Dialect = {
  engine: 'quickjs-1',
  startFuel: 40_000_000,
  startMs: 4000,
  fates: { trap: 'program-exited', recurse: 'program-exited', noise: 'program-exited' },
  saysMore: true,
};

let executor: Executor;
beforeAll(async () => {
  executor = createSandbox({ slots: 2, clock: systemClock, logger: silentLogger });
  await executor.start();
});
afterAll(() => executor.stop());

const script = (text: string, options: RequestOptions = {}): Promise<ExecutionOutcome> =>
  execute(executor, bytesOf(text), { program: text, engine: 'quickjs-1', ...options });

async function printed(text: string, options?: RequestOptions): Promise<string> {
  const outcome = await script(text, options);
  if (!outcome.ok) throw new Error(`${outcome.failure.message}\n${textOf(outcome.log)}`);
  return textOf(outcome.stdout);
}

async function refusal(text: string): Promise<string> {
  const outcome = await script(text);
  expect(outcome).toMatchObject({ ok: false, failure: { code: 'program-exited', deterministic: true } });
  return textOf(outcome.log);
}

describe('executor conformance of the engine for JavaScript', () => {
  test.each(conformanceCases)('$name', ({ run }) => run({ executor, probe: bytesOf(javascriptProbe), dialect }), 60_000);
  test('is one of the engines, and says what it can', () =>
    expect(executor.info()).toMatchObject({
      engines: expect.arrayContaining(['wasm', 'quickjs-1']),
      abilities: expect.arrayContaining([expect.objectContaining({ engine: 'quickjs-1', languages: ['js'], deterministic: true, metered: true })]),
    }));
  test('an engine that is not there is named', async () =>
    expect(await execute(executor, bytesOf(''), { engine: 'cobol-1' })).toMatchObject({
      failure: { code: 'program-invalid', message: expect.stringContaining('no engine cobol-1'), deterministic: false },
    }));
});

describe('the library of JavaScript', () => {
  const inputs = [memoryInput('/in/b/two.json', bytesOf('{"x":[1,2]}')), memoryInput('/in/a.txt', bytesOf('één\r\ntwo\n\nlast'))];

  test('reads inputs as lines, text, JSON, bytes and pieces', async () => {
    const reads = `
      console.log(JSON.stringify([...shoal.input().lines()]), shoal.input().name, shoal.inputs.map(({ path }) => path));
      console.log(shoal.input('b/two.json').json().x, shoal.input('/in/a.txt').bytes().length);
      console.log([...shoal.input('a.txt').pieces(4)].map((piece) => piece.length), shoal.input('a.txt').text().slice(0, 3));`;
    expect(await printed(reads, { inputs })).toBe(
      '["één","two","","last"] a.txt ["/in/a.txt", "/in/b/two.json"]\n[1, 2] 16\n[4, 4, 4, 4] één\n',
    );
  });

  test('knows its unit, arguments and environment', async () => {
    const env = { SHOAL_UNIT_INDEX: '3', SHOAL_UNIT_COUNT: '8', A: 'b=c' };
    expect(await printed('console.log(shoal.unit, shoal.args, shoal.env.A)', { env, args: ['x', 'y z'] })).toBe(
      '{ index: 3, count: 8 } ["x", "y z"] b=c\n',
    );
  });

  test('timers fire in order and take no time; top-level await works', async () => {
    const text = `
      setTimeout(() => console.log('late'), 3600_000);
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      console.log(Date.now() - before >= 1000 ? 'a second' : 'too soon');
      clearTimeout(setTimeout(() => console.log('never'), 1));`;
    expect(await printed(text)).toBe('a second\nlate\n');
  });

  test('another unit has other chance, the same unit the same', async () => {
    const chance = (unit: string): Promise<string> => printed('console.log(Math.random(), crypto.getRandomValues(new Uint8Array(2)))', { env: { unit } });
    const first = await chance('1');
    expect(await chance('1')).toBe(first);
    expect(await chance('2')).not.toBe(first);
    expect(await printed('console.log(Math.random(), crypto.getRandomValues(new Uint8Array(2))) // another program', { env: { unit: '1' } })).not.toBe(first);
  });

  test('says what is missing, and what to do', async () => {
    expect(await refusal('await fetch("http://example.org")')).toMatch(/fetch: a program has no network.*--on/);
    expect(await refusal('import "./other.js"')).toMatch(/cannot import '\.?\/?other\.js': a program is one file\. Bundle it first/);
    expect(await refusal('import fs from "node:fs"')).toMatch(/cannot import 'node:fs': this is not Node\.js/);
    expect(await refusal('const name = "x"; require(name)')).toMatch(/require: a program is one file/);
    expect(await refusal('shoal.input()')).toMatch(/this unit has no input/);
    expect(await refusal('let x = ;')).toMatch(/SyntaxError.*\n.*main\.js:1/);
    expect(await refusal('await new Promise(() => {})')).toMatch(/waits for a promise that nothing will ever settle/);
    expect(await refusal('Promise.reject(new Error("nobody looks"))')).toMatch(/Error: nobody looks/);
    expect(await refusal('setTimeout(() => { throw new TypeError("in a timer") })')).toMatch(/TypeError: in a timer/);
  });

  test('calls that go too deep are a RangeError, which a program may catch', async () => {
    expect(await printed('const f = (n) => f(n + 1) + 1; try { f(0) } catch (error) { console.log(error.name) }')).toBe('RangeError\n');
  });
});
