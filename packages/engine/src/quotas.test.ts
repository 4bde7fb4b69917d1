import type { PeerId } from '@shoal/runtime';
import { encodeMessage, messageTable } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { Quotas } from './quotas.ts';
import { TestMesh } from './testing/mesh.ts';
import { Puppet } from './testing/outsider.ts';

const [a, b] = ['a', 'b'] as [PeerId, PeerId];
const { id, perSecond } = messageTable.offer;

function taken(quotas: Quotas, peer: PeerId, kind: number, now: number, tries: number): number {
  return Array.from({ length: tries }, () => quotas.take(peer, kind, now)).filter((verdict) => verdict === 'within').length;
}

describe('quotas', () => {
  it('allow a burst, then the rate of the table, each kind and peer by itself', () => {
    const quotas = new Quotas();
    expect(taken(quotas, a, id, 0, 5_000)).toBe(20 * perSecond);
    expect(taken(quotas, a, id, 1_000, 5_000)).toBe(perSecond);
    expect(taken(quotas, a, messageTable.pull.id, 1_000, 10)).toBe(10);
    expect(taken(quotas, b, id, 1_000, 10)).toBe(10);
    expect(taken(quotas, a, 255, 1_000, 1_000)).toBe(200);
  });

  it('do not grow with the number of peers', () => {
    const quotas = new Quotas();
    for (let i = 0; i < 10_000; i += 1) quotas.take(`${i}` as PeerId, id, 0);
    expect((quotas as unknown as { byPeer: Map<PeerId, unknown> }).byPeer.size).toBe(4_096);
  });

  it('keep a peer from being drowned: what is too much costs it nothing but a look, and is told of once', () => {
    const mesh = new TestMesh(1);
    const victim = mesh.add();
    const evil = new Puppet(mesh);
    mesh.runUntil(() => false, 1_000);
    const bytes = encodeMessage({ type: 'offer', posted: new Uint8Array(10) });
    for (let i = 0; i < 5_000; i += 1) victim.driver.handle({ type: 'message', from: evil.id, bytes });
    mesh.runUntil(() => false, 100);
    const codes = mesh.offences.map(({ code }) => code);
    expect(codes.filter((code) => code === 'document-malformed')).toHaveLength(20 * perSecond);
    expect(codes.filter((code) => code === 'rate-exceeded')).toHaveLength(1);
  });
});
