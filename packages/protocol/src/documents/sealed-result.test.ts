import { signerFromSeed, systemCrypto, systemRandom, systemSealing, type Cid } from '@shoal/runtime';
import { expect, it } from 'vitest';
import { documentCid } from '../cid.ts';
import { limits } from '../limits.ts';
import { peerIdOf } from '../peer-id.ts';
import { encodeResult } from './result.ts';
import { decodeSealedResult, ResultOpener, ResultSealer, sealedBytesOf, sealedPieceBytes } from './sealed-result.ts';

const cidOf = (text: string): Cid => documentCid(new TextEncoder().encode(text), systemCrypto);
const [self, worker, other] = [1, 2, 3].map((seed) => peerIdOf(signerFromSeed(new Uint8Array(32).fill(seed)).publicKey)) as [never, never, never];
const nonce = new Uint8Array(16).fill(4);
const openerOf = (seed: number): ResultOpener => new ResultOpener(self, new Uint8Array(32).fill(seed), systemSealing, systemCrypto);
const opener = openerOf(5);
const job = cidOf('job');
const sealer = new ResultSealer({ job, worker, publicKey: opener.publicKeyOf(nonce) }, systemSealing, systemRandom);
const plain = encodeResult({ stdout: { inline: new TextEncoder().encode('secret') }, files: [{ path: 'a', content: { cid: cidOf('a'), bytes: 100_000 } }], fuel: 17 }, systemCrypto);
const outputs = { cid: cidOf('sealed a'), bytes: sealedBytesOf(100_000) };
const document = sealer.begin(3).seal({ ...plain, bytes: plain.bytes }, outputs);
const sealed = { job, nonce, unit: 3, worker, result: plain.cid, document };

it('opens for its requester, with the key of its outputs, also after a restart', () => {
  for (const by of [opener, openerOf(5)]) {
    expect(by.open(sealed)).toMatchObject({ result: { stdout: { inline: new TextEncoder().encode('secret') }, fuel: 17 }, outputs });
  }
  expect(decodeSealedResult(document)).toMatchObject({ fuel: 17, outputs });
  expect(Buffer.from(document).includes('secret')).toBe(false);
});

it('does not open for others, for another job, unit, worker, result or posting, or changed in any place', () => {
  expect(openerOf(6).open(sealed)).toBeUndefined();
  for (const change of [{ job: cidOf('another') }, { unit: 4 }, { worker: other }, { result: cidOf('another') }, { nonce: new Uint8Array(16) }]) {
    expect(openerOf(5).open({ ...sealed, ...change })).toBeUndefined();
  }
  for (let i = 0; i < document.length; i += 1) {
    const changed = document.slice();
    changed[i] = (changed[i] as number) ^ 1;
    const opened = opener.open({ ...sealed, document: changed });
    // What lies outside the box, the CID of the outputs, is bound by the worker's signature.
    if (opened !== undefined) expect(opened.outputs?.cid).not.toBe(outputs.cid);
  }
});

it('that says another cost, or other outputs, than what is inside does not open', () => {
  const begun = sealer.begin(3);
  const lies = [begun.seal(plain), begun.seal(plain, { ...outputs, bytes: outputs.bytes + 1 })];
  for (const lie of lies) expect(opener.open({ ...sealed, document: lie })).toBeUndefined();
});

it('is another one each time, and as long as a reveal may carry', () => {
  expect(sealer.begin(3).seal(plain, outputs)).not.toEqual(document);
  const files = (count: number) => Array.from({ length: count }, (_, i) => ({ path: `${i}`.padStart(150, '0'), content: { cid: cidOf(`${i}`), bytes: 20_000 } }));
  const large = encodeResult({ stdout: { inline: new Uint8Array(16_000) }, files: files(200) }, systemCrypto);
  expect(sealer.begin(0).seal(large).length).toBeGreaterThan(large.bytes.length);
  const without = encodeResult({ stdout: { inline: new Uint8Array(1_000) }, files: files(240) }, systemCrypto).bytes.length;
  const { bytes } = encodeResult({ stdout: { inline: new Uint8Array(1_000 + limits.maxResultBytes - without) }, files: files(240) }, systemCrypto);
  expect(bytes).toHaveLength(limits.maxResultBytes);
  expect(() => sealer.begin(0).seal({ cid: cidOf('large'), bytes })).toThrow(expect.objectContaining({ code: 'document-oversize' }));
});

it('takes a tag a piece', () => {
  expect([0, 1, sealedPieceBytes, sealedPieceBytes + 1].map(sealedBytesOf)).toEqual([0, 17, sealedPieceBytes + 16, sealedPieceBytes + 33]);
});
