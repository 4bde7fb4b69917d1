import { signerFromSeed, systemCrypto, type Cid, type Journal, type PeerId } from '@shoal/runtime';
import { encodeValue, peerIdOf, sealEntry, type JobSpec } from '@shoal/protocol';
import { createMemoryJournal } from '@shoal/store';
import { describe, expect, it } from 'vitest';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';
import { Ledgers } from './ledgers.ts';

const [self, other] = [1, 2].map((seed) => signerFromSeed(new Uint8Array(32).fill(seed))) as [ReturnType<typeof signerFromSeed>, ReturnType<typeof signerFromSeed>];
const spec: JobSpec = {
  name: 'job', program: { cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid, engine: 'wasm', bytes: 8 }, args: [], env: {},
  units: { kind: 'count', count: 1 }, resources: { memoryBytes: 65_536, wallMs: 1_000, outputBytes: 1_000, logBytes: 0 }, where: '', verify: { quorum: 1 }, retries: 0, priority: 0,
};

function post(journal: Journal, by: typeof self, nonce: number): Cid {
  const entry = sealEntry({ at: nonce, facts: [{ kind: 'posted', mesh: 'test', spec, nonce: new Uint8Array(16) }] }, by, systemCrypto);
  journal.append([{ scope: entry.id, kind: 'entry', key: entry.id, bytes: entry.bytes }]);
  const summary = by === self ? { role: 'requester', name: `job ${nonce}`, state: 'done', units: 1, accepted: 1, abandoned: 0, createdAt: nonce } : { role: 'worker' };
  journal.summarize(entry.id, encodeValue(summary), true);
  return entry.id;
}

function rig(): { journal: Journal; ledgers: Ledgers } {
  const journal = createMemoryJournal();
  const network = { peerId: peerIdOf(self.publicKey) as PeerId };
  return { journal, ledgers: new Ledgers({ journal, network, crypto: systemCrypto, engine: { requested: new Map() } } as unknown as Parts) };
}

describe('jobs of a peer that works for others', () => {
  it('are all found, behind however many of others', () => {
    const { journal, ledgers } = rig();
    const old = post(journal, self, 1);
    for (let i = 0; i < peerDefaults.jobsPage + 5; i += 1) journal.summarize(`job of somebody ${i}`, encodeValue({ role: 'worker' }), true);
    const last = post(journal, self, 2);
    expect(ledgers.list().map(({ id }) => id)).toEqual([last, old]);
    expect(ledgers.list(1).map(({ id }) => id)).toEqual([last]);
    for (const job of [old, last]) for (const text of [job, job.slice(0, -1), job.slice(-8)]) expect(ledgers.find(text)).toBe(job);
    expect(() => ledgers.find('bafy')).toThrow(expect.objectContaining({ code: 'job-ambiguous' }));
  });

  it('are those that it posted alone, by their whole id too', () => {
    const { journal, ledgers } = rig();
    const job = post(journal, other, 1);
    expect(ledgers.list()).toEqual([]);
    for (const text of [job, job.slice(-8), 'nobody', '']) expect(() => ledgers.find(text)).toThrow(expect.objectContaining({ code: 'job-unknown' }));
  });

  it('are found by their whole id where nothing more than the posting was written', () => {
    const { journal, ledgers } = rig();
    const job = post(journal, self, 1);
    journal.summarize(job, encodeValue({ role: 'worker' }), false);
    expect(ledgers.find(job)).toBe(job);
  });
});
