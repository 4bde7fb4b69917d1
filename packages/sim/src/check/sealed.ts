import type { PeerId } from '@shoal/runtime';
import { documentOf, type JobLedger } from '@shoal/engine';
import { decodeSealedResult, type Message } from '@shoal/protocol';
import { sealedWords } from '../world/sealed-runs.ts';
import type { SimPeer } from '../world/peer.ts';
import type { PostedJob, World } from '../world/world.ts';
import { nameOf, type Report } from './report.ts';

/** What a sealed job's program wrote is said to nobody but the one who posted it. */
export function checkWords(world: World, from: SimPeer, said: { to: PeerId; message: Message; bytes: Uint8Array }, report: Report): void {
  const { to, message, bytes } = said;
  if (!hasWords(bytes) || ('job' in message && world.jobs.get(message.job)?.requester.id === to)) return;
  report('sealed-stays-sealed', `peer ${from.index} tells peer ${world.peerOf(to)?.index} in plain words what a sealed job brought forth`);
}

function hasWords(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(sealedWords);
}

/** At rest: nobody else's disk has it in plain words, and nobody else's key opens what was accepted. */
export function checkSealed(world: World, job: PostedJob, ledger: JobLedger, report: Report): void {
  if (job.spec.seal === undefined) return;
  for (const peer of world.peers) {
    if (peer === job.requester) continue; // it was told its logs
    for (const record of peer.journal.replay(job.id)) if (hasWords(record.bytes)) report('sealed-stays-sealed', `the disk of peer ${peer.index} has ${nameOf(job)} in plain words`);
    for (const [unit, facts] of ledger.units) {
      for (const result of facts.accepted.keys()) if (opens(peer, job, ledger, unit, result)) report('sealed-stays-sealed', `peer ${peer.index} can open unit ${unit} of ${nameOf(job)}`);
      if (facts.accepted.size > 0) break; // the key is the job's: one unit tells of all
    }
  }
}

function opens(peer: SimPeer, job: PostedJob, ledger: JobLedger, unit: number, result: Parameters<typeof documentOf>[1]): boolean {
  const document = documentOf(ledger.unit(unit), result);
  const { posted } = ledger;
  if (document === undefined || posted === undefined) return false;
  decodeSealedResult(document);
  return [...ledger.unit(unit).revealed.keys()].some((worker) => peer.engine.opener?.open({ job: job.id, nonce: posted.nonce, unit, worker, result, document }) !== undefined);
}
