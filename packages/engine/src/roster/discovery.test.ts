import { limits, openAdvert, topics } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { quickCrypto } from '../testing/crypto.ts';
import { TestMesh, type TestPeer, type TestPeerOptions } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { outcomeOf } from '../testing/scene.ts';
import { countedSpec, dataset, holding, shardSpec } from '../testing/specs.ts';

/** To whom a mesh of three is large. */
const large = { largeMeshPeers: 2, smallMeshPeers: 2, shuffleEveryMs: 10_000 };
const seek = { type: 'seek', engine: 'wasm', memoryBytes: 1_000, where: '', most: 16 } as const;

function meshOf(seed: number, peers: TestPeerOptions[]): { mesh: TestMesh; peers: TestPeer[] } {
  const mesh = new TestMesh(seed);
  const added = peers.map((options) => mesh.add(options));
  mesh.runUntil(() => false, 2_000);
  return { mesh, peers: added };
}

/** What a peer answers with, by author. */
function answersOf(mesh: TestMesh, puppet: Puppet): string[] {
  mesh.runUntil(() => false, 100);
  return puppet.heard.splice(0).flatMap((message) => (message.type === 'adverts' ? message.adverts.map((bytes) => openAdvert(bytes, quickCrypto).author) : []));
}

describe('a peer that is asked whom it knows', () => {
  it('names those that would do, itself among them, and nobody else', () => {
    const { mesh, peers } = meshOf(1, [{ labels: { tier: 'gold' } }, { labels: { tier: 'gold' } }, { labels: { tier: 'silver' } }, { slots: 0, labels: { tier: 'gold' } }]);
    const [asked, gold, silver] = peers as [TestPeer, TestPeer, TestPeer];
    const puppet = new Puppet(mesh);
    answersOf(mesh, puppet);
    puppet.send(asked, { ...seek, where: 'tier=gold' });
    expect(answersOf(mesh, puppet).sort()).toEqual([asked.id, gold.id].sort());
    puppet.send(asked, { ...seek, where: 'tier=silver' });
    expect(answersOf(mesh, puppet)).toEqual([silver.id]);
    for (const nobody of [{ where: 'tier=bronze' }, { where: 'unheard' }, { engine: 'other' }, { memoryBytes: 2 ** 40 }, { dataset }]) puppet.send(asked, { ...seek, ...nobody });
    expect(answersOf(mesh, puppet)).toEqual([]);
  });

  it('knows who holds a dataset', () => {
    const { mesh, peers } = meshOf(2, [{}, { holdings: [holding(4, (i) => i === 3)] }, { holdings: [holding(4, () => false)] }]);
    const puppet = new Puppet(mesh);
    answersOf(mesh, puppet);
    puppet.send(peers[0] as TestPeer, { ...seek, dataset });
    expect(answersOf(mesh, puppet)).toEqual([peers[1]?.id]);
  });

  it('answers with few adverts, answers a flood of questions hardly at all, and takes a bad selector for an offence', () => {
    const { mesh, peers } = meshOf(3, Array.from({ length: 30 }, () => ({})));
    const [asked] = peers as [TestPeer];
    const puppet = new Puppet(mesh);
    answersOf(mesh, puppet);
    puppet.send(asked, { ...seek, where: 'tier=' });
    puppet.send(asked, seek);
    expect(answersOf(mesh, puppet).length).toBe(limits.maxSoughtAdverts);
    expect(mesh.offences).toMatchObject([{ at: asked.id, peer: puppet.id, code: 'selector-invalid' }]);
    for (let i = 0; i < 1_000; i += 1) puppet.send(asked, seek);
    mesh.runUntil(() => false, 100);
    expect(puppet.heard.length).toBeLessThan(45); // twenty seconds' worth at two a second
  });
});

describe('in a large mesh', () => {
  it('adverts are handed on to few, and what is gossiped goes no further', () => {
    const { mesh, peers } = meshOf(4, Array.from({ length: 6 }, () => ({ timings: large })));
    mesh.runUntil(() => false, 20_000);
    const [first, second] = peers as [TestPeer, TestPeer];
    const said = mesh.sent.get('adverts') ?? 0;
    mesh.runUntil(() => false, 60_000);
    const perMinute = ((mesh.sent.get('adverts') ?? 0) - said) / peers.length;
    expect(perMinute).toBeGreaterThan(9);
    expect(perMinute).toBeLessThan(16);
    expect(peers.every(({ engine }) => engine.roster.size === 6)).toBe(true);
    const news = first.engine.roster.get(first.id);
    second.engine.roster.forgetExpired(Number.MAX_SAFE_INTEGER);
    expect(second.engine.roster.isLarge).toBe(false);
    expect(second.driver.gossip(topics.adverts('test'), first.id, news?.bytes ?? new Uint8Array())).toBe('accept');
    expect(peers[2]?.engine.roster.isLarge).toBe(true);
    peers[2]?.engine.roster.forgetExpired(0);
    expect(peers[2]?.driver.gossip(topics.adverts('test'), first.id, new Uint8Array(3))).toBe('reject');
  });

  it('somebody known to one peer only is found by asking', () => {
    const { mesh, peers } = meshOf(5, [{ slots: 0, timings: { ...large, gossipOfferWidelyAfterMs: 1e9 } }, { timings: large }, { timings: large }]);
    const [requester, knowing] = peers as [TestPeer, TestPeer];
    const rare = mesh.add({ timings: large, holdings: [holding(3, () => true)], labels: { tier: 'gold' } });
    mesh.link(requester, rare, false);
    mesh.passes = (from, to, message) => message?.type !== 'adverts' || from !== rare.id || to === knowing.id;
    mesh.runUntil(() => false, 5);
    const job = mesh.submit(requester, shardSpec(3, 'never', 1));
    expect(requester.engine.roster.get(rare.id)).toBeUndefined();
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 10_000)).toBe(true);
    expect(mesh.executed.every(({ peer }) => peer === rare.id)).toBe(true);
  });
});

it('a thousand names told by many peers at one public address are one source', () => {
  const { mesh, peers } = meshOf(9, Array.from({ length: 8 }, () => ({ timings: { maxRoster: 20 } })));
  const [victim, ...others] = peers as [TestPeer, ...TestPeer[]];
  for (let i = 0; i < 200; i += 1) {
    const sybil = new Puppet(mesh);
    mesh.step(victim, { type: 'peer-connected', peer: sybil.id, address: `/ip4/203.0.113.${i % 250}/tcp/${4_001 + i}` });
    sybil.advertise({ addresses: [`/ip4/198.51.${i}.1/tcp/4001`] }); // each claims another block
  }
  mesh.runUntil(() => false, 500);
  expect(victim.engine.roster.size).toBe(20);
  expect(others.every(({ id }) => victim.engine.roster.get(id) !== undefined)).toBe(true);
});

it('two halves of a small mesh that meet know of each other at once', () => {
  const { mesh, peers } = meshOf(6, [{}, {}, {}]);
  const others = new TestMesh(7);
  const stranger = others.add();
  others.runUntil(() => false, 1_000);
  const puppet = new Puppet(mesh);
  const advert = stranger.engine.roster.get(stranger.id);
  const fresh = advert?.bytes ?? new Uint8Array();
  mesh.runUntil(() => false, 1_000);
  puppet.send(peers[0] as TestPeer, { type: 'adverts', adverts: [fresh] });
  expect(mesh.runUntil(() => peers.every(({ engine }) => engine.roster.get(stranger.id) !== undefined), 1_000)).toBe(true);
});

it('a search that finds nobody asks ever less often', () => {
  const { mesh, peers } = meshOf(8, [{ slots: 0 }, {}, {}]);
  const job = mesh.submit(peers[0] as TestPeer, countedSpec(1, 1, { where: 'tier=gold' }));
  mesh.runUntil(() => false, 60_000);
  const early = mesh.sent.get('seek') ?? 0;
  expect(early).toBeGreaterThan(3);
  mesh.runUntil(() => false, 600_000);
  expect((mesh.sent.get('seek') ?? 0) - early).toBeLessThan(2 * early + 12);
  expect(outcomeOf(peers[0] as TestPeer, job)).toBe('open');
});
