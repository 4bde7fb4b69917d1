import type { Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { TestMesh } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { countedSpec } from '../testing/specs.ts';

/** A peer that crashes with these facts of somebody's job in its journal, and comes back. */
function restarted(factsFor: (peer: Puppet['id']) => Fact[]) {
  const mesh = new TestMesh(1);
  const peer = mesh.add({ roles: ['steward', 'keeper'] });
  const requester = new Puppet(mesh);
  const posted = requester.entry(undefined, { kind: 'posted', mesh: 'test', spec: countedSpec(4, 2, { stewards: 1 }), nonce: new Uint8Array(16) });
  const entries = [posted, ...factsFor(peer.id).map((fact) => requester.entry(posted.id, fact))];
  peer.journal.append(entries.map(({ id, bytes }) => ({ scope: posted.id, kind: 'entry', key: id, bytes })));
  mesh.kill(peer);
  mesh.restart(peer);
  mesh.runUntil(() => false, 100);
  return { peer, job: posted.id };
}

const named = (term: number, stewards: Puppet['id'][]): Fact => ({ kind: 'delegated', term, stewards, keepers: [] });

describe('after a crash', () => {
  it('a job that is in other hands by now is forgotten', () => {
    const { peer, job } = restarted((self) => [named(1, [self]), named(2, [])]);
    expect(peer.engine.stewarded.size).toBe(0);
    expect(peer.journal.scopesByName.has(job)).toBe(false);
  });

  it('one on which this peer works all the same is not: its lease survives the next crash as well', () => {
    const { peer, job } = restarted((self) => [named(1, [self]), named(2, []), { kind: 'leased', lease: 'l', worker: self, until: 600_000 }]);
    expect(peer.engine.worked.has(job)).toBe(true);
    expect([...peer.journal.replay(job)]).toHaveLength(4);
    expect(peer.journal.scopes({ closed: false }).map(({ scope }) => scope)).toContain(job);
  });

  it('one that is entrusted to it still is taken up', () => {
    const { peer, job } = restarted((self) => [named(1, [self])]);
    expect(peer.engine.stewarded.has(job)).toBe(true);
    expect([...peer.journal.replay(job)]).toHaveLength(2);
  });
});
