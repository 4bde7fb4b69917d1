import { systemSealing, type Cid, type Crypto, type PeerId, type Random } from '@shoal/runtime';
import type { RunOutcome } from '@shoal/engine';
import { documentCid, ResultSealer, sealedBytesOf, type JobSpec } from '@shoal/protocol';
import { linkedBytes, rootsIn } from '../behaviours/worker.ts';

/** In every output and log of a sealed job: whoever can read it but its requester has what is not for him. */
export const sealedWords = 'for its requester alone';

interface Parts {
  self: PeerId;
  crypto: Crypto;
  random: Random;
}

/** Seals what a peer's runs bring forth: one key a job, as long as its process lives. */
export class SealedRuns {
  private readonly parts: Parts;
  private readonly sealers = new Map<Cid, ResultSealer>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** A crash: what its process knew is gone. */
  forget(): void {
    this.sealers.clear();
  }

  /** The outcome as it leaves the machine, and what of it lies on its disk. */
  of(job: Cid, unit: number, spec: JobSpec, outcome: RunOutcome): { outcome: RunOutcome; contents: Cid[] } {
    if (!outcome.ok) return { outcome, contents: [] };
    const roots = rootsIn(outcome.document);
    if (spec.seal === undefined) return { outcome, contents: roots };
    const { self, crypto, random } = this.parts;
    let sealer = this.sealers.get(job);
    if (sealer === undefined) this.sealers.set(job, (sealer = new ResultSealer({ job, worker: self, publicKey: spec.seal }, systemSealing, random)));
    // Sealed outputs are another file at each worker, and after each run.
    const copies = roots.map((root) => ({ cid: documentCid(Buffer.concat([Buffer.from(root), random.bytes(16)]), crypto), bytes: sealedBytesOf(linkedBytes) }));
    const document = sealer.begin(unit).seal({ cid: outcome.result, bytes: outcome.document }, copies[0]);
    return { outcome: { ...outcome, document, log: new TextEncoder().encode(sealedWords) }, contents: copies.map(({ cid }) => cid) };
  }
}
