import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { collectDigests, collectImages, collectList, collectListenAddresses, collectPairs, parseBytes, parseDuration, parseInteger, parseRate, parseRoles } from './parse.ts';

test('sizes are decimal or binary, as they are written', () => {
  expect(['256MiB', '1.5GB', '4096', '64k', '2 kib', '1G'].map(parseBytes)).toEqual([268_435_456, 1_500_000_000, 4096, 64_000, 2048, 1e9]);
  for (const wrong of ['', 'much', '-5MB', '1XB', '1e9', '9999999TiB']) expect(() => parseBytes(wrong)).toThrow(InvalidArgumentError);
});

test('durations need their unit', () => {
  expect(['60s', '5m', '5min', '1.5h', '250ms', '1d'].map(parseDuration)).toEqual([60_000, 300_000, 300_000, 5_400_000, 250, 86_400_000]);
  for (const wrong of ['60', '', 's', '-1s', '1y']) expect(() => parseDuration(wrong)).toThrow(InvalidArgumentError);
});

test('whole numbers keep to their bounds', () => {
  const parse = parseInteger(0, 15);
  expect([parse('0'), parse('15')]).toEqual([0, 15]);
  for (const wrong of ['16', '-1', '1.5', 'two', '', '0x1']) expect(() => parse(wrong)).toThrow('from 0 to 15');
});

test('repeatable options collect', () => {
  expect(collectPairs('tier=gold=x', { region: 'eu' })).toEqual({ region: 'eu', tier: 'gold=x' });
  expect(() => collectPairs('gold', undefined)).toThrow('key=value');
  expect(collectList('a, b,', ['z'])).toEqual(['z', 'a', 'b']);
  expect(() => collectList(' ,', undefined)).toThrow('commas');
});

test('where to listen is a multiaddr', () => {
  expect(collectListenAddresses('/ip4/127.0.0.1/tcp/0', undefined)).toEqual(['/ip4/127.0.0.1/tcp/0']);
  expect(() => collectListenAddresses('4001', undefined)).toThrow('multiaddr');
});

test('roles are one, both or none', () => {
  expect(parseRoles('steward, keeper')).toEqual(['steward', 'keeper']);
  expect(parseRoles('keeper')).toEqual(['keeper']);
  expect(parseRoles('none')).toEqual([]);
  for (const wrong of ['stewart', '', 'steward,', 'none,keeper']) expect(() => parseRoles(wrong)).toThrow('Expected steward, keeper');
});

test('what may run outside WebAssembly is allowed by digest, never by name', () => {
  const digest = 'A1'.repeat(32);
  expect(collectDigests(`tool=${digest}`, { other: 'x' })).toEqual({ other: 'x', tool: digest.toLowerCase() });
  for (const text of ['tool', 'tool=', `=${digest}`, `tool=${digest}0`, 'tool=/usr/bin/tool']) expect(() => collectDigests(text, undefined)).toThrow(InvalidArgumentError);
  expect(() => collectDigests(`tool=${digest}`, { tool: 'x' })).toThrow(/already/);
  const image = `docker.io/library/tool@sha256:${'a1'.repeat(32)}`;
  expect(collectImages(image, ['x'])).toEqual(['x', image]);
  for (const text of ['tool', 'tool:latest', 'tool@sha256:a1', `a b@sha256:${'a1'.repeat(32)}`]) expect(() => collectImages(text, undefined)).toThrow(InvalidArgumentError);
});

test('rates are in bytes or bits, a second', () => {
  expect(['2MB/s', '500 KiB/s', '16Mbit/s', '1.5 mb / sec', '200000/s'].map(parseRate)).toEqual([2_000_000, 512_000, 2_000_000, 1_500_000, 200_000]);
  for (const wrong of ['', '2MB', '2MB/min', 'fast', '/s', 'bit/s', '-1MB/s']) expect(() => parseRate(wrong)).toThrow(InvalidArgumentError);
});
