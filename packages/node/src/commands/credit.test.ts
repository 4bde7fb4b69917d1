import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateSeed, signerFromSeed, systemCrypto, type Cid, type Signer } from '@shoal/runtime';
import { documentCid, peerIdOf, sealEntry } from '@shoal/protocol';
import { type Ran, runShoal } from '../testing/run-shoal.ts';
import { type Script, jobId, otherPeerId, receiptView } from '../testing/scripted-peer.ts';
import { tempDir } from '../testing/temp-dir.ts';

let scope: AsyncDisposableStack;
let folder: string;
const requester = signerFromSeed(generateSeed());
const worker = signerFromSeed(generateSeed());

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  folder = scope.use(await tempDir()).path;
});
afterEach(() => scope.disposeAsync());

const run = (argv: string[], script?: Script): Promise<Ran> => runShoal(folder, argv, { script });

const otherJob = documentCid(new TextEncoder().encode('another job'), systemCrypto);

/** One receipt of a file, as two peers sign it. */
function signed(credit: number, by: Signer = worker, job: Cid = jobId): { receipt: string; countersigned: string } {
  const receipt = sealEntry({ job, at: 1, facts: [{ kind: 'receipt', worker: peerIdOf(worker.publicKey), units: 3, fuel: 900, credit, elapsedMs: 50 }] }, requester, systemCrypto);
  const agreed = sealEntry({ job, at: 2, facts: [{ kind: 'countersigned', receipt: receipt.id, note: '' }] }, by, systemCrypto);
  return { receipt: Buffer.from(receipt.bytes).toString('base64'), countersigned: Buffer.from(agreed.bytes).toString('base64') };
}

async function fileOf(receipts: unknown): Promise<string> {
  const path = join(folder, 'receipts.json');
  await writeFile(path, JSON.stringify({ format: 'shoal-receipts', version: 1, receipts }));
  return path;
}

test('what a peer earned is listed, newest first, with the sum of all', async () => {
  const receipts = [receiptView({ at: 1_000, units: 7 }), receiptView({ at: 5_000, units: 9, credit: 2_000_000, countersigned: false })];
  const { code, out } = await run(['credit', 'ls', '--limit', '1'], { receipts });
  expect(code).toBe(0);
  for (const text of ['credit 2 M for 16 units in 2 receipts', '1 not signed by this peer yet', otherPeerId, 'and 1 older receipt']) expect(out).toContain(text);
  expect(out).toMatch(/ 9 .* requester\n/u);
  const json = JSON.parse((await run(['credit', 'ls', '--json'], { receipts })).out) as unknown;
  expect(json).toMatchObject({ totals: { receipts: 2, countersigned: 1, units: 16, fuel: 1_800, credit: 2_001_200 }, receipts: [{ units: 9 }, { units: 7 }] });
  expect((await run(['credit', 'ls'], {})).out).toContain('No receipts yet');
});

test('what is exported is verified by whoever has the file, without a peer', async () => {
  const path = join(folder, 'exported.json');
  const exported = JSON.stringify({ format: 'shoal-receipts', version: 1, receipts: [signed(1_200)] });
  expect((await run(['credit', 'export', path], { exported })).out).toBe(`1 receipt written to ${path}\nAnybody can check them: shoal credit verify ${path}\n`);
  expect(await readFile(path, 'utf8')).toBe(exported);
  const { code, out } = await run(['credit', 'verify', path]);
  expect(code).toBe(0);
  for (const text of ['Genuine: 1 receipt', peerIdOf(worker.publicKey), peerIdOf(requester.publicKey), '1.2 k']) expect(out).toContain(text);
  expect(JSON.parse((await run(['credit', 'export', path, '--json'], { exported })).out)).toEqual({ path, receipts: 1 });
});

test('a receipt that is copied counts once, and so does a second one for the same work', async () => {
  const one = signed(1_200);
  const path = await fileOf([one, signed(500, worker, otherJob), one, signed(700)]);
  expect((await run(['credit', 'verify', path])).out).toContain('Genuine: 2 receipts, each signed by its requester and its worker.\n2 more were copies');
  expect(JSON.parse((await run(['credit', 'verify', path, '--json'])).out)).toMatchObject({ ok: true, repeated: 2, receipts: [{ credit: 1_200 }, { credit: 500 }] });
});

test('a file with one receipt that is not genuine is not believed', async () => {
  const path = await fileOf([signed(1_200), signed(9_000, requester)]);
  expect(await run(['credit', 'verify', path])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Cannot believe receipt 2 of 2') });
  const json = await run(['credit', 'verify', path, '--json']);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'receipts-invalid' } });
});

test('a file that is none of receipts, a folder or nothing is told apart', async () => {
  await writeFile(join(folder, 'text'), 'not JSON');
  expect((await run(['credit', 'verify', join(folder, 'text')])).err).toContain('the file is not JSON\n  Give a file that `shoal credit export` wrote.');
  expect((await run(['credit', 'verify', folder])).err).toContain('it is not a file');
  expect((await run(['credit', 'verify', join(folder, 'none')])).err).toContain('there is no such file');
  expect((await run(['credit', 'export', join(folder, 'no/such/folder')], { exported: '{"receipts":[]}' })).err).toContain('Cannot write the receipts');
});
