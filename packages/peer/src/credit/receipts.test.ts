import { generateSeed, signerFromSeed, systemCrypto, type Cid, type Signer } from '@shoal/runtime';
import { documentCid, peerIdOf, sealEntry, type Entry } from '@shoal/protocol';
import { creditScope } from '@shoal/engine';
import { createMemoryJournal } from '@shoal/store';
import { describe, expect, it } from 'vitest';
import { exportReceipts, ownReceipts, verifyReceipts } from './receipts.ts';

const requester = signerFromSeed(generateSeed());
const worker = signerFromSeed(generateSeed());
const job: Cid = documentCid(new TextEncoder().encode('job'), systemCrypto);

function receiptOf(signer: Signer, of: Signer, units = 3): Entry {
  const fact = { kind: 'receipt', worker: peerIdOf(of.publicKey), units, fuel: 900, credit: 1_200, elapsedMs: 50 } as const;
  return sealEntry({ job, at: 1, facts: [fact] }, signer, systemCrypto);
}

function countersignatureOf(receipt: Entry, signer: Signer): Entry {
  return sealEntry({ job, at: 2, facts: [{ kind: 'countersigned', receipt: receipt.id, note: '' }] }, signer, systemCrypto);
}

function exported(receipt: Entry, countersigned: Entry): string {
  const view = { job, requester: receipt.author, worker: countersigned.author, units: 0, fuel: 0, credit: 0, elapsedMs: 0, at: 0, countersigned: true };
  return exportReceipts([{ view, receipt: receipt.bytes, countersignature: countersigned.bytes }]);
}

describe('receipts', () => {
  it('are found in the journal, exported, and verified by anybody', () => {
    const journal = createMemoryJournal();
    const receipt = receiptOf(requester, worker);
    const entries = [receipt, countersignatureOf(receipt, worker)];
    journal.append(entries.map(({ id, bytes }) => ({ scope: job, kind: 'entry', key: id, bytes })));
    journal.append([{ scope: creditScope, kind: 'note', key: job, bytes: new Uint8Array() }]);
    const receipts = ownReceipts(journal, peerIdOf(worker.publicKey), systemCrypto);
    expect(receipts.map(({ view }) => view)).toMatchObject([{ units: 3, fuel: 900, credit: 1_200, countersigned: true }]);
    expect(verifyReceipts(exportReceipts(receipts), systemCrypto)).toEqual(receipts.map(({ view }) => view));
  });

  it('of a requester and of its steward for the same work count once: the one for more', () => {
    const journal = createMemoryJournal();
    const steward = signerFromSeed(generateSeed());
    const [less, more] = [receiptOf(requester, worker), receiptOf(steward, worker, 5)];
    for (const { id, bytes } of [less, more, countersignatureOf(less, worker), countersignatureOf(more, worker)]) journal.append([{ scope: job, kind: 'entry', key: id, bytes }]);
    journal.append([{ scope: creditScope, kind: 'note', key: job, bytes: new Uint8Array() }]);
    const receipts = ownReceipts(journal, peerIdOf(worker.publicKey), systemCrypto);
    expect(receipts.map(({ view }) => [view.units, view.requester])).toEqual([[5, peerIdOf(steward.publicKey)]]);
    expect(verifyReceipts(exportReceipts(receipts), systemCrypto)).toHaveLength(1);
  });

  it('for work for oneself are neither counted nor exported', () => {
    const journal = createMemoryJournal();
    const self = receiptOf(worker, worker);
    for (const { id, bytes } of [self, countersignatureOf(self, worker)]) journal.append([{ scope: job, kind: 'entry', key: id, bytes }]);
    journal.append([{ scope: creditScope, kind: 'note', key: job, bytes: new Uint8Array() }]);
    expect(ownReceipts(journal, peerIdOf(worker.publicKey), systemCrypto)).toEqual([]);
  });

  it('that the worker did not sign, signed of another, or gave itself are not believed', () => {
    const receipt = receiptOf(requester, worker);
    const stranger = signerFromSeed(generateSeed());
    const own = receiptOf(worker, worker);
    for (const text of [
      exported(receipt, countersignatureOf(receipt, stranger)),
      exported(receipt, countersignatureOf(receiptOf(stranger, worker), worker)),
      exported(own, countersignatureOf(own, worker)),
      'no JSON',
      '{"format":"shoal-receipts","version":2,"receipts":[]}',
      '{"format":"shoal-receipts","version":1,"receipts":[{"receipt":"AAAA","countersigned":"AAAA"}]}',
    ]) {
      expect(() => verifyReceipts(text, systemCrypto)).toThrow(expect.objectContaining({ code: 'receipts-invalid' }));
    }
  });

  it('are not believed when a byte of them changed', () => {
    const receipt = receiptOf(requester, worker);
    const bent = { ...receipt, bytes: receipt.bytes.slice() };
    bent.bytes[100] = (bent.bytes[100] as number) ^ 1;
    expect(() => verifyReceipts(exported(bent, countersignatureOf(receipt, worker)), systemCrypto)).toThrow(expect.objectContaining({ code: 'receipts-invalid' }));
  });
});
