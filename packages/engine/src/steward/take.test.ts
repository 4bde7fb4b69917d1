import type { Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { Puppet } from '../testing/outsider.ts';
import { TestMesh, type TestPeerOptions } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';

/** Entrusts jobs to a peer, and returns how many it took and why it refused others. */
function entrust(jobs: number, options: TestPeerOptions, role: 'stewards' | 'keepers' = 'stewards') {
  const mesh = new TestMesh(1);
  const peer = mesh.add({ slots: 0, roles: ['steward', 'keeper'], ...options });
  const requester = new Puppet(mesh);
  const ids = Array.from({ length: jobs }, (_, i) => {
    const posted = requester.entry(undefined, { kind: 'posted', mesh: 'test', spec: countedSpec(4, 2, { stewards: 1, keepers: 1 }), nonce: new Uint8Array(16).fill(i) });
    const named: Fact = { kind: 'delegated', term: 1, stewards: role === 'stewards' ? [peer.id] : [], keepers: role === 'keepers' ? [peer.id] : [] };
    requester.send(peer, { type: 'acting', job: posted.id, forMs: 60_000, posted: posted.bytes, delegated: requester.entry(posted.id, named).bytes });
    return posted.id;
  });
  mesh.runUntil(() => false, 1_000);
  const refusals = requester.heard.flatMap((message) => (message.type === 'decline' ? message.reasons.map(({ code }) => code) : []));
  return { mesh, peer, requester, ids, taken: peer.engine.stewarded.size, refusals };
}

describe('a job that is entrusted to a peer', () => {
  it('is taken, written down, and compared at once', () => {
    const { peer, requester, ids, taken, refusals } = entrust(1, {});
    expect([taken, refusals]).toEqual([1, []]);
    expect(requester.heard.some(({ type }) => type === 'reconcile')).toBe(true);
    expect([...peer.journal.replay(ids[0] as string)].map(({ kind }) => kind)).toEqual(['entry', 'entry']);
  });

  it('is refused beyond what there is room for, with the reason', () => {
    const { taken, refusals } = entrust(5, { timings: { maxStewarded: 3 } });
    expect([taken, refusals]).toEqual([3, ['busy', 'busy']]);
  });

  it('is refused by an owner who does not lend that role', () => {
    for (const role of ['stewards', 'keepers'] as const) {
      expect(entrust(1, { roles: [] }, role)).toMatchObject({ taken: 0, refusals: ['role-refused'] });
      expect(entrust(1, { roles: [role === 'stewards' ? 'keeper' : 'steward'] }, role)).toMatchObject({ taken: 0, refusals: ['role-refused'] });
    }
  });

  it('is given back when its ledger becomes too large, and nothing of it stays', () => {
    const { mesh, peer, requester, ids } = entrust(1, { timings: { maxStewardedBytes: 20_000 } });
    const [job] = ids;
    if (job === undefined) throw new Error('no job');
    for (let i = 0; i < 40; i += 1) requester.say(peer, job, { kind: 'abandoned', unit: 0, reason: { code: `${i}`, text: 'x'.repeat(900) } });
    mesh.runUntil(() => false, 1_000);
    expect(peer.engine.stewarded.size).toBe(0);
    expect(peer.journal.scopesByName.has(job)).toBe(false);
    expect(requester.heard.some((message) => message.type === 'decline' && message.reasons[0]?.code === 'ledger-oversize')).toBe(true);
  });

  it('is given back before others that take less, whoever asks for more', () => {
    const { mesh, peer, requester, ids } = entrust(3, { timings: { maxStewardedBytes: 20_000 } });
    const [large, small] = ids;
    if (large === undefined || small === undefined) throw new Error('no job');
    const fill = (job: typeof large, count: number): void => {
      for (let i = 0; i < count; i += 1) requester.say(peer, job, { kind: 'abandoned', unit: 0, reason: { code: `${i}`, text: 'x'.repeat(900) } });
      mesh.runUntil(() => false, 1_000);
    };
    fill(large, 12);
    expect(peer.engine.stewarded.size).toBe(3);
    fill(small, 8);
    expect([...peer.engine.stewarded.keys()]).toEqual(ids.slice(1));
  });

  it('leaves no trace where it is refused', () => {
    const mesh = new TestMesh(2);
    const peer = mesh.add({ slots: 0, roles: ['steward', 'keeper'] });
    const requester = new Puppet(mesh);
    for (let i = 0; i < 20; i += 1) {
      const posted = requester.entry(undefined, { kind: 'posted', mesh: 'test', spec: countedSpec(4, 2, { stewards: 1 }), nonce: new Uint8Array(16).fill(i) });
      const delegated = requester.entry(posted.id, { kind: 'delegated', term: 1, stewards: [requester.id], keepers: [] });
      requester.send(peer, { type: 'acting', job: posted.id, forMs: 60_000, posted: posted.bytes, delegated: delegated.bytes });
    }
    mesh.runUntil(() => false, 1_000);
    expect(peer.journal.scopes().filter(({ scope }) => scope !== '')).toEqual([]);
    expect(peer.engine.stewarded.size).toBe(0);
  });

  it('is let go of when its requester knows nothing of it any more, or names others', () => {
    const gone = entrust(1, {});
    gone.requester.send(gone.peer, { type: 'decline', job: gone.ids[0] as never, reasons: [{ code: 'job-unknown', text: '' }] });
    gone.mesh.runUntil(() => false, 1_000);
    expect(gone.peer.engine.stewarded.size).toBe(0);
    const replaced = entrust(1, {});
    replaced.requester.say(replaced.peer, replaced.ids[0] as never, { kind: 'delegated', term: 2, stewards: [], keepers: [] });
    replaced.mesh.runUntil(() => false, 1_000);
    expect(replaced.peer.engine.stewarded.size).toBe(0);
    expect(replaced.peer.journal.scopes({ closed: false }).filter(({ scope }) => scope !== '')).toEqual([]);
  });
});
