import { describe, expect, it } from 'vitest';
import { generateSeed } from '@shoal/runtime';
import { networkDefaults } from '../defaults.ts';
import { networkConformance } from './conformance.ts';
import { createMemoryNetwork } from './memory-network.ts';

describe('the network in memory', () => {
  it.for(networkConformance)('$name', ({ run }) => {
    const hub = createMemoryNetwork();
    return run({
      maxMessageBytes: networkDefaults.maxMessageBytes,
      create: ({ mesh, bootstrap }) => hub.create({ seed: generateSeed(), mesh, bootstrap }),
    });
  });

  it('keeps apart what was cut, until it is healed', async () => {
    const hub = createMemoryNetwork();
    const one = hub.create({ seed: generateSeed(), mesh: 'suite', bootstrap: [] });
    const heard: string[] = [];
    const handlers = { message: () => void heard.push('message'), gossip: () => 'accept' as const, peerConnected: () => {}, peerDisconnected: () => {} };
    one.setHandlers(handlers);
    await one.start();
    const other = hub.create({ seed: generateSeed(), mesh: 'suite', bootstrap: one.status().addresses });
    other.setHandlers(handlers);
    await other.start();
    hub.cut(one.peerId, other.peerId);
    expect(one.status().neighbours).toBe(0);
    await expect(other.dial(one.status().addresses[0] as string)).rejects.toMatchObject({ code: 'dial-failed' });
    hub.heal();
    await other.dial(one.status().addresses[0] as string);
    other.send(one.peerId, Uint8Array.of(1));
    await Promise.resolve();
    expect(heard).toEqual(['message']);
    await Promise.all([one.stop(), other.stop()]);
  });
});
