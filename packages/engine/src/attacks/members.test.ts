import { encodeMembership, sealInvitation, type Invitation } from '@shoal/protocol';
import type { PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import type { MembersConfig } from '../policy/membership.ts';
import { quickCrypto, quickSigner } from '../testing/crypto.ts';
import { TestMesh, type TestPeer } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';

const authority = quickSigner(new Uint8Array(32).fill(1));
const impostor = quickSigner(new Uint8Array(32).fill(2));
const everything = ['worker', 'requester', 'keeper', 'steward'];

const memberOf =
  (change: Partial<Invitation> = {}, signedBy = authority) =>
  (peer: PeerId): MembersConfig => {
    const invitation: Invitation = { mesh: 'test', id: new Uint8Array(16).fill(7), roles: everything, labels: {}, at: 0, until: Number.MAX_SAFE_INTEGER - 1, peer, ...change };
    const sealed = sealInvitation({ ...invitation, until: Math.min(invitation.until, 8_640_000_000_000_000) }, signedBy, quickCrypto);
    return { authority: authority.publicKey, shown: encodeMembership({ invitation: sealed.bytes }), invitation: sealed.value };
  };

/** Where it runs, and whether it was accepted, within a minute. */
function run(mesh: TestMesh, requester: TestPeer, where = '', quorum = 1): { done: boolean; workers: PeerId[] } {
  mesh.runUntil(() => false, 2_000);
  const job = mesh.submit(requester, countedSpec(4, quorum, { where }));
  const done = mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000);
  return { done, workers: [...new Set(mesh.executed.map(({ peer }) => peer))] };
}

describe('in a private mesh', () => {
  it('members work for each other', () => {
    const mesh = new TestMesh(1);
    const requester = mesh.add({ slots: 0, members: memberOf() });
    const worker = mesh.add({ members: memberOf() });
    expect(run(mesh, requester)).toEqual({ done: true, workers: [worker.id] });
  });

  it('nobody whom the authority did not name is given work, whatever it shows', () => {
    const mesh = new TestMesh(2);
    const requester = mesh.add({ slots: 0, members: memberOf() });
    mesh.add({}); // shows nothing
    mesh.add({ members: memberOf({}, impostor) });
    mesh.add({ members: memberOf({ peer: requester.id }) }); // somebody else's
    mesh.add({ members: memberOf({ until: 1 }) }); // ended
    expect(run(mesh, requester)).toEqual({ done: false, workers: [] });
  });

  it('a label counts as attested only by the authority’s word', () => {
    const mesh = new TestMesh(3);
    const requester = mesh.add({ slots: 0, members: memberOf() });
    mesh.add({ labels: { region: 'eu' }, members: memberOf({ labels: { region: 'us' } }) });
    const inside = mesh.add({ members: memberOf({ labels: { region: 'eu' } }) });
    expect(run(mesh, requester, 'attested/region=eu')).toEqual({ done: true, workers: [inside.id] });
  });

  it('roles hold: who may not post is not served, who may not work gets nothing', () => {
    const mesh = new TestMesh(4);
    const lurker = mesh.add({ slots: 0, members: memberOf({ roles: ['worker'] }) });
    const idle = mesh.add({ members: memberOf({ roles: ['keeper'] }) });
    const requester = mesh.add({ slots: 0, members: memberOf({ roles: ['requester'] }) });
    const worker = mesh.add({ members: memberOf({ roles: ['worker'] }) });
    expect(run(mesh, lurker)).toEqual({ done: false, workers: [] });
    expect(run(mesh, requester).workers).toEqual([worker.id]);
    expect(idle.running.size).toBe(0);
  });

  it('whoever is revoked in the middle of a job loses its lease, and its work goes to others', () => {
    const mesh = new TestMesh(5);
    const requester = mesh.add({ slots: 0, members: memberOf() });
    const bad = mesh.add({ members: memberOf() });
    const good = mesh.add({ members: memberOf({ id: new Uint8Array(16).fill(8) }) });
    mesh.runUntil(() => false, 2_000);
    const job = mesh.submit(requester, countedSpec(400, 1));
    const open = () => requester.engine.requested.get(job);
    mesh.runUntil(() => (open()?.leases.size ?? 0) === 2, 10_000);
    requester.driver.handle({ type: 'revoked', peers: [], invitations: ['07'.repeat(16)] });
    mesh.runUntil(() => false, 500);
    expect([...(open()?.leases.values() ?? [])].map(({ worker }) => worker)).toEqual([good.id]);
    expect(requester.engine.roster.get(bad.id)).toBeUndefined();
    mesh.runUntil(() => false, 30_000); // its adverts go on
    expect(requester.engine.roster.get(bad.id)).toBeUndefined();
    expect(open()?.outcome).toBe('done');
  });

  /** A job that is entrusted to two stewards, of a requester with that invitation. */
  function entrusted(seed: number, change: Partial<Invitation> = {}) {
    const mesh = new TestMesh(seed);
    const requester = mesh.add({ slots: 0, members: memberOf(change) });
    const stewards = [1, 2].map((id) => mesh.add({ slots: 0, roles: ['steward', 'keeper'], members: memberOf({ id: new Uint8Array(16).fill(id) }) }));
    mesh.runUntil(() => false, 2_000);
    const job = mesh.submit(requester, countedSpec(8, 1, { stewards: 2 }));
    mesh.runUntil(() => stewards.every(({ engine }) => engine.stewarded.has(job)), 15_000);
    return { mesh, requester, stewards, job };
  }

  it('stewards find workers who never heard of the requester: its posting shows that it belongs', () => {
    const { mesh, requester, stewards, job } = entrusted(6);
    mesh.kill(requester);
    mesh.runUntil(() => false, 180_000); // its advert is forgotten
    const late = mesh.add({ members: memberOf() });
    expect(mesh.runUntil(() => stewards.some(({ engine }) => engine.stewarded.get(job)?.isOver === true), 180_000)).toBe(true);
    expect(late.engine.roster.get(requester.id)).toBeUndefined();
    expect(mesh.executed).toHaveLength(8);
  });

  it('nobody stewards for whoever may not post', () => {
    const { stewards } = entrusted(7, { roles: ['worker'] });
    expect(stewards.map(({ engine }) => engine.stewarded.size)).toEqual([0, 0]);
  });

  it('nothing more is done for the jobs of whoever is revoked, also after its advert was forgotten', () => {
    const { mesh, requester, stewards, job } = entrusted(8);
    const worker = mesh.add({ behaviour: () => undefined, members: memberOf({ id: new Uint8Array(16).fill(9) }) });
    mesh.runUntil(() => worker.running.size > 0, 30_000);
    mesh.kill(requester);
    mesh.runUntil(() => false, 180_000);
    expect([worker.engine.worked.has(job), ...stewards.map(({ engine }) => engine.stewarded.has(job))]).toEqual([true, true, true]);
    for (const { driver } of [worker, ...stewards]) driver.handle({ type: 'revoked', peers: [], invitations: ['07'.repeat(16)] });
    mesh.runUntil(() => false, 1_000);
    expect([worker.engine.worked.size, worker.running.size, ...stewards.map(({ engine }) => engine.stewarded.size + engine.requested.size)]).toEqual([0, 0, 0, 0]);
  });
});
