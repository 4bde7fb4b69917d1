import { sealEntry, peerIdOf, type Entry, type Fact, type JobSpec } from '@shoal/protocol';
import type { Cid, PeerId, Signer } from '@shoal/runtime';
import { saltOf, commitmentOf } from '../verify/commitment.ts';
import { resultOf } from './behaviours.ts';
import { quickCrypto, quickSigner } from './crypto.ts';

/** Somebody who signs entries. */
export interface Author {
  id: PeerId;
  signer: Signer;
}

export function authorOf(name: string): Author {
  const signer = quickSigner(new TextEncoder().encode(name));
  return { id: peerIdOf(signer.publicKey), signer };
}

export function post({ signer }: Author, spec: JobSpec, at = 1_000): Entry {
  return sealEntry({ at, facts: [{ kind: 'posted', mesh: 'test', spec, nonce: new Uint8Array(16) }] }, signer, quickCrypto);
}

export function state({ signer }: Author, job: Cid, facts: Fact[], at = 2_000): Entry {
  return sealEntry({ job, at, facts }, signer, quickCrypto);
}

/** What a worker says that has this result: both halves, in the order in which they are said. */
export function halves(worker: PeerId, job: Cid, unit: number, text = ''): { committed: Fact; revealed: Fact; result: Cid } {
  const { result, document } = resultOf(unit, text);
  const salt = saltOf(new TextEncoder().encode(worker), job, unit, quickCrypto);
  const commitment = commitmentOf({ job, unit, worker, salt, result }, quickCrypto);
  return { result, committed: { kind: 'committed', lease: '0', unit, commitment }, revealed: { kind: 'revealed', unit, salt, result, document } };
}

export function leased(worker: PeerId, lease = '0', until = 600_000): Fact {
  return { kind: 'leased', lease, worker, until };
}
