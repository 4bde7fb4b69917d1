import { describe, expect, it } from 'vitest';
import { networkOf } from './networks.ts';

describe('the block of an address', () => {
  it.each([
    ['/ip4/203.0.113.7/tcp/4001', '203.0.113.0/24'],
    ['/ip4/203.0.113.255/udp/1/quic-v1', '203.0.113.0/24'],
    ['/ip6/2001:db8:1234:5678::1/tcp/4001', '2001:db8:1234::/48'],
    ['/ip6/2001:db8::1/tcp/4001', '2001:db8:0::/48'],
    ['/ip6/::ffff:203.0.113.7/tcp/1', '203.0.113.0/24'],
    ['/ip4/203.0.113.7/tcp/4001/p2p/12D3KooW/p2p-circuit', undefined],
    ['/dns4/example.org/tcp/4001', undefined],
    ['/ip4/203.0.113/tcp/1', undefined],
    ['/ip4/203.0.113.700/tcp/1', undefined],
    ['/ip6/1:2:3/tcp/1', undefined],
    ['/ip6/x::1/tcp/1', undefined],
    ['', undefined],
  ])('%s is %s', (address, block) => {
    expect(networkOf(address, false)).toBe(block);
  });

  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.9.9', '192.168.1.1', '169.254.1.1', '100.64.0.1'])('%s counts only where private ones do', (host) => {
    expect(networkOf(`/ip4/${host}/tcp/1`, false)).toBeUndefined();
    expect(networkOf(`/ip4/${host}/tcp/1`, true)).toMatch(/\.0\/24$/);
  });

  it.each(['::1', 'fe80::1', 'fd00::1'])('%s as well', (host) => {
    expect(networkOf(`/ip6/${host}/tcp/1`, false)).toBeUndefined();
    expect(networkOf(`/ip6/${host}/tcp/1`, true)).toMatch(/::\/48$/);
  });
});
