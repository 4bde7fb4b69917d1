import { expect, test } from 'vitest';
import { toParent } from '../channel/frames.ts';
import type { SyncChannel } from '../channel/sync-channel.ts';
import { maxPartialBytes } from '../limits.ts';
import { LogSender } from './output.ts';

/** What a program's pieces of standard error become. */
function told(...pieces: string[]): { log: string; notes: unknown[]; partials: string[] } {
  const said: { log: string; notes: unknown[]; partials: string[] } = { log: '', notes: [], partials: [] };
  const channel = {
    send: (kind: number, bytes: Uint8Array) => {
      const text = new TextDecoder().decode(bytes);
      if (kind === toParent.partial) said.partials.push(text);
      else said.log += text;
    },
    sendJson: (_kind: number, note: unknown) => void said.notes.push(note),
  } as unknown as SyncChannel;
  const log = new LogSender(channel, 100_000);
  for (const piece of pieces) log.write(new TextEncoder().encode(piece));
  log.flush();
  return said;
}

test('progress and what was found so far leave the log, however the lines are cut', () => {
  const text = 'begin\nshoal:progress 0.5 half way\nshoal:partial {"best": 17}\nend\n';
  const expected = { log: 'begin\nend\n', notes: [{ fraction: 0.5, text: 'half way' }], partials: ['{"best": 17}'] };
  expect(told(text)).toEqual(expected);
  for (let at = 1; at < text.length; at++) expect(told(text.slice(0, at), text.slice(at)), `cut at ${at}`).toEqual(expected);
  expect(told(...text)).toEqual(expected);
});

test('a partial result has its most, and what is longer is an ordinary line', () => {
  const most = 'x'.repeat(maxPartialBytes);
  expect(told(`shoal:partial ${most}\n`)).toEqual({ log: '', notes: [], partials: [most] });
  expect(told(`shoal:partial ${most}`, '\n').partials).toEqual([most]);
  expect(told(`shoal:partial ${most}y\n`)).toEqual({ log: `shoal:partial ${most}y\n`, notes: [], partials: [] });
  expect(told(`shoal:partial ${most}yy`, 'z\n').log).toBe(`shoal:partial ${most}yyz\n`);
});

test('of two that come at once the second is dropped; what stands in the middle of a line, or has no end, is log', () => {
  expect(told('shoal:partial 1\nshoal:partial 2\n').partials).toEqual(['1']);
  expect(told('so shoal:partial 1\nshoal:partial 2')).toEqual({ log: 'so shoal:partial 1\nshoal:partial 2', notes: [], partials: [] });
});
