import { expect, test } from 'vitest';
import { systemClock } from '@shoal/runtime';
import { limits } from '../limits.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { backOffMs } from './backoff.ts';
import { type Child, type Exit, describeExit, startChild } from './child.ts';
import { parseStat, processesOf } from './group.ts';
import { type SupervisorEvent, supervise } from './supervisor.ts';

const steady = { float: () => 1, integer: () => 0, bytes: (length: number) => new Uint8Array(length) };
const node = (script: string, onLine?: (line: string) => void): Promise<Child> =>
  startChild({ name: 'a child', command: process.execPath, args: ['-e', script], ...(onLine === undefined ? {} : { onLine }) });
const stay = 'process.stdin.resume(); console.log("up")';

test('the pause doubles up to a ceiling, with jitter of half at most', () => {
  expect([0, 1, 2, 20].map((restart) => backOffMs(restart, steady))).toEqual([500, 1_000, 2_000, limits.restartMaxMs]);
  expect(backOffMs(1, { ...steady, float: () => 0 })).toBe(500);
});

test('a child ends by SIGTERM, and its lines and last words are kept', async () => {
  const lines: string[] = [];
  const child = await node(`${stay}; console.error("careful")`, (line) => lines.push(line));
  await expect.poll(() => lines).toEqual(['up']);
  const exit = await child.stop(systemClock);
  expect(exit).toEqual({ code: null, signal: 'SIGTERM', tail: 'careful' });
  expect(describeExit(exit)).toBe('ended by SIGTERM: careful');
  expect(await processesOf([child.pid])).toEqual([]);
});

test('a child that does not listen is killed, and all that it started with it', async () => {
  const lines: string[] = [];
  const clock = manualClock();
  const child = await node(
    `process.on('SIGTERM', () => console.log('no')); require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }); ${stay}`,
    (line) => lines.push(line),
  );
  await expect.poll(() => lines).toEqual(['up']);
  expect(await processesOf([child.pid])).toHaveLength(2);
  const stopped = child.stop(clock);
  await expect.poll(() => lines).toEqual(['up', 'no']);
  clock.advance(limits.childStopMs);
  expect((await stopped).signal).toBe('SIGKILL');
  await expect.poll(() => processesOf([child.pid])).toEqual([]);
});

test('a command that is not there is an error with its name', async () => {
  await expect(startChild({ name: 'peer 9', command: '/no/such/program', args: [] })).rejects.toMatchObject({
    code: 'child-failed',
    message: expect.stringContaining('Cannot start peer 9 (/no/such/program)'),
  });
});

test('what crashes is started again, until it was stopped', async () => {
  const events: SupervisorEvent[] = [];
  const supervisor = await supervise({ start: () => node(stay), clock: systemClock, random: { ...steady, float: () => 0 }, onEvent: (event) => events.push(event) });
  const first = supervisor.pids()[0];
  supervisor.current()?.kill('SIGKILL');
  await expect.poll(() => events.map((event) => event.kind)).toEqual(['started', 'crashed', 'started']);
  expect(events[2]).toMatchObject({ restart: 1 });
  expect(supervisor.pids()).toHaveLength(2);
  await supervisor.stop();
  expect(events).toHaveLength(3);
  expect(supervisor.pids()[0]).toBe(first);
  expect(await processesOf(supervisor.pids())).toEqual([]);
});

test('what crashes again and again is given up, with its last words', async () => {
  const clock = manualClock();
  const events: SupervisorEvent[] = [];
  let pid = 0;
  const exit: Exit = { code: 7, signal: null, tail: 'no disk' };
  const start = async (): Promise<Child> => ({ pid: ++pid, exited: Promise.resolve(exit), kill: () => {}, stop: async () => exit });
  await supervise({ start, clock, random: steady, onEvent: (event) => events.push(event) });
  await expect
    .poll(() => {
      clock.advance(limits.restartMaxMs);
      return events.at(-1)?.kind;
    })
    .toBe('gave-up');
  expect(events.filter((event) => event.kind === 'started')).toHaveLength(limits.maxRestarts + 1);
  expect(events.at(-1)).toEqual({ kind: 'gave-up', why: `it ended ${limits.maxRestarts + 1} times in a row: exit code 7: no disk` });
});

test('the name of a process cannot confuse the reader of its state', () => {
  expect(parseStat('42 (a) b (c)) S 1 40 40 0 -1')).toEqual({ pid: 42, pgid: 40, state: 'S' });
});
