import type { Fact } from '@shoal/protocol';
import { expect, it } from 'vitest';
import { TestMesh } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { countedSpec } from '../testing/specs.ts';

it('a worker takes up no more leases after a crash than it may hold: what it gives back is said, and not kept', () => {
  const mesh = new TestMesh(1);
  const peer = mesh.add({ timings: { maxWorkedJobs: 2 } });
  const requester = new Puppet(mesh);
  for (let number = 0; number < 3; number += 1) {
    const posted = requester.entry(undefined, { kind: 'posted', mesh: 'test', spec: countedSpec(4, 2), nonce: new Uint8Array(16).fill(number) });
    const leased: Fact = { kind: 'leased', lease: `l${number}`, worker: peer.id, until: mesh.now + 600_000 };
    peer.journal.append([posted, requester.entry(posted.id, leased)].map(({ id, bytes }) => ({ scope: posted.id, kind: 'entry', key: id, bytes })));
  }
  mesh.kill(peer);
  mesh.restart(peer);
  mesh.runUntil(() => false, 100);
  expect(peer.engine.worked.size).toBe(2);
  expect(requester.heard.flatMap((message) => (message.type === 'unknownLease' ? [message.reason.code] : []))).toEqual(['busy']);
  expect(peer.journal.scopes({ closed: false }).filter(({ scope }) => scope !== '')).toHaveLength(2);
});
