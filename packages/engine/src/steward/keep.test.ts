import { encodeResult, type Fact } from '@shoal/protocol';
import { expect, it } from 'vitest';
import { quickCrypto } from '../testing/crypto.ts';
import { resultOf, TestMesh } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { countedSpec } from '../testing/specs.ts';

const outputBytes = 70_000;

it('a keeper gives up what could not be had at first and finds no room later, and is not woken for it again', () => {
  const spec = countedSpec(4, 1, { keepers: 1 });
  const mesh = new TestMesh(1);
  const peer = mesh.add({ slots: 0, roles: ['keeper'], timings: { maxKeptBytes: spec.program.bytes + outputBytes } }); // one unit's
  const [requester, worker] = [new Puppet(mesh), new Puppet(mesh)];
  const posted = requester.entry(undefined, { kind: 'posted', mesh: 'test', spec, nonce: new Uint8Array(16) });
  const named: Fact = { kind: 'delegated', term: 1, stewards: [], keepers: [peer.id] };
  requester.send(peer, { type: 'acting', job: posted.id, forMs: 60_000, posted: posted.bytes, delegated: requester.entry(posted.id, named).bytes });
  mesh.runUntil(() => false, 100);
  const accept = (unit: number): void => {
    const { cid: result, bytes: document } = encodeResult({ stdout: { cid: resultOf(unit).result, bytes: outputBytes }, files: [] }, quickCrypto);
    const shown = worker.entry(posted.id, { kind: 'revealed', unit, salt: new Uint8Array(16), result, document });
    const accepted = requester.entry(posted.id, { kind: 'accepted', unit, result, workers: [worker.id] });
    requester.send(peer, { type: 'entries', job: posted.id, entries: [shown.bytes, accepted.bytes] });
    mesh.runUntil(() => false, 100);
  };
  mesh.canFetch = () => false;
  accept(0);
  mesh.canFetch = () => true;
  accept(1);
  const kept = peer.engine.stewarded.get(posted.id);
  expect([[...(kept?.fetching.keys() ?? [])], [...(kept?.here ?? [])]]).toEqual([[0], [1]]);
  let happened = 0;
  expect(mesh.runUntil(() => (happened += 1) > 1_000, 10_000)).toBe(false);
  expect([kept?.fetching.size, mesh.fetches.length]).toEqual([0, 2]);
});
