import { expect, test } from 'vitest';
import { minIsolationOf } from './walls.ts';

test.each([
  [{}, false, 'process'],
  [{ listen: ['/ip4/127.0.0.1/tcp/4001'], bootstrap: ['/ip4/127.0.0.1/tcp/4002/p2p/x'] }, false, 'process'],
  [{ listen: ['/ip4/0.0.0.0/tcp/4001'] }, false, 'full'],
  [{ bootstrap: ['/ip4/192.0.2.1/tcp/4001/p2p/x'] }, false, 'full'],
  [{ mdns: true }, false, 'full'],
  [{ listen: ['/ip4/0.0.0.0/tcp/4001'] }, true, 'process'],
  [{ listen: ['/ip4/0.0.0.0/tcp/4001'], minIsolation: 'partial' as const }, false, 'partial'],
  [{ minIsolation: 'full' as const }, true, 'full'],
])('a peer of %j, private: %s, runs programs of others from level %s on', (options, isPrivate, level) => {
  expect(minIsolationOf(options, isPrivate)).toBe(level);
});
