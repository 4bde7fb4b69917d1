import { signerFromSeed, systemCrypto, systemRandom, systemSealing, type Cid, type PeerId } from '@shoal/runtime';
import { documentCid } from '../cid.ts';
import type { Advert } from '../documents/advert.ts';
import { sealAdvert } from '../documents/advert.ts';
import { encodeCheckpoint, packPlaces } from '../documents/checkpoint.ts';
import { sealEntry } from '../documents/entry.ts';
import type { Fact, FactKind, FactOf } from '../documents/facts.ts';
import { sealAdmission, sealInvitation, type Invitation } from '../documents/invitation.ts';
import type { JobSpec } from '../documents/job-spec.ts';
import { encodeMembership } from '../documents/membership.ts';
import { proveOperator } from '../documents/operator.ts';
import { encodeResult, type ResultDocument } from '../documents/result.ts';
import { ResultOpener, ResultSealer, sealedBytesOf, type OpenedResult } from '../documents/sealed-result.ts';
import { sealRevocations } from '../documents/revocations.ts';
import { encodeToken } from '../documents/token.ts';
import type { MessageBody, MessageType } from '../messages/table.ts';
import { parsePeerId, peerIdOf } from '../peer-id.ts';

/** One of each document and message, always the same: for byte vectors, and as the seeds of mutations. */

const at = 1_000_000_000_000;
const filled = (length: number, from: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) % 256);
const content = (text: string): Cid => documentCid(new TextEncoder().encode(text), systemCrypto);

export const sampleSigner = signerFromSeed(filled(32, 0));
export const samplePeer: PeerId = peerIdOf(sampleSigner.publicKey);
const otherPeer = parsePeerId('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5');
const reason = { code: 'memory-exceeded', text: 'The program asked for 80 MiB, 64 MiB are allowed — größer geht nicht.' };

export const sampleSpec: JobSpec = {
  name: 'flights of 2001',
  program: { cid: content('program'), engine: 'wasm', bytes: 40_960 },
  args: ['--by', 'origin', ''],
  env: { LANG: 'C.UTF-8', SHOAL_TEST: '' },
  units: {
    kind: 'shards',
    dataset: content('dataset'),
    shards: [
      { name: 'part-00.csv', cid: content('part-00'), bytes: 12_345_678 },
      { name: 'teil größer.csv', cid: content('part-01'), bytes: 0 },
    ],
    move: 'never',
  },
  resources: { memoryBytes: 67_108_864, wallMs: 60_000, outputBytes: 1_048_576, logBytes: 16_384, fuel: 9_007_199_254_740_991 },
  where: 'region=eu, tier in (gold,silver), !spot',
  verify: { quorum: 2 },
  retries: 3,
  priority: -7,
  deadline: at + 600_000,
};

/** A kind without its sample does not compile. */
export const sampleFacts: { [K in FactKind]: FactOf<K> } = {
  posted: { kind: 'posted', mesh: 'shoal', spec: sampleSpec, nonce: filled(16, 1) },
  bid: { kind: 'bid', slots: 2, holds: Uint8Array.of(0b10), startInMs: 250, fuelPerSecond: 4_294_967_296, determinismClass: 'x64', until: at + 30_000 },
  leased: { kind: 'leased', lease: 'l1', worker: samplePeer, until: at + 60_000 },
  released: { kind: 'released', lease: 'l1', worker: samplePeer, reason },
  committed: { kind: 'committed', lease: 'l1', unit: 0, commitment: filled(32, 2) },
  revealed: { kind: 'revealed', unit: 23, salt: filled(16, 3), result: content('result'), document: filled(40, 4) },
  failed: { kind: 'failed', lease: 'l1', unit: 24, reason, deterministic: true },
  accepted: { kind: 'accepted', unit: 255, result: content('result'), workers: [samplePeer, otherPeer] },
  abandoned: { kind: 'abandoned', unit: 65_536, reason },
  cancelled: { kind: 'cancelled', reason },
  receipt: { kind: 'receipt', worker: otherPeer, units: 256, fuel: 18_014_398_509, credit: 2_000_000, elapsedMs: 61_234 },
  countersigned: { kind: 'countersigned', receipt: content('receipt'), note: '' },
  delegated: { kind: 'delegated', term: 3, stewards: [samplePeer, otherPeer], keepers: [otherPeer] },
  kept: { kind: 'kept', unit: 17, result: content('result') },
};

export const sampleCheckpoint: Uint8Array = encodeCheckpoint({
  job: content('job'),
  unit: 7,
  program: content('program'),
  fuel: 12_345_678_901,
  authors: [samplePeer, otherPeer],
  packs: [{ cid: content('pack'), bytes: 196_608 }],
  pages: packPlaces([{ page: 0, pack: 0, slot: 2 }, { page: 17, pack: 0, slot: 0 }, { page: 65_536, pack: 0, slot: 1 }]),
  lastPageBytes: 1_234,
  stdout: [{ cid: content('stdout'), bytes: 42 }],
  log: filled(10, 70),
});

export const sampleJob: Cid = content('job');

export function sampleEntry(facts: Fact[], job?: Cid): Uint8Array {
  return sealEntry({ ...(job !== undefined && { job }), at, facts }, sampleSigner, systemCrypto).bytes;
}

const advert: Advert = {
  mesh: 'shoal',
  seq: 42,
  at,
  ttlMs: 60_000,
  agent: 'shoal/0.1.0',
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/4001'],
  slots: 2,
  free: 1,
  memoryBytes: 8_589_934_592,
  fuelPerSecond: 123_456_789,
  engines: ['wasm'],
  isolation: 'full',
  determinismClass: 'wasm-1',
  labels: { region: 'eu', cores: '8', 'example.org/zone': '' },
  datasets: [{ cid: content('dataset'), name: 'flights', shards: 10, held: Uint8Array.of(0xff, 0x03) }],
};
export const sampleAdvert: Uint8Array = sealAdvert(advert, sampleSigner, systemCrypto).bytes;

/** Fields that came later, beside the documents as they were before. */
const operator = proveOperator(signerFromSeed(filled(32, 99)), samplePeer);
export const sampleFullAdvert: Uint8Array = sealAdvert({ ...advert, roles: ['steward', 'keeper'], operator }, sampleSigner, systemCrypto).bytes;
export const sampleClosedAdvert: Uint8Array = sealAdvert({ ...advert, free: 0, opensAt: at + 3_600_000 }, sampleSigner, systemCrypto).bytes;
export const sampleFullFacts: Fact[] = [
  { ...sampleFacts.bid, operator },
  { ...sampleFacts.leased, operator: otherPeer, network: '203.0.113.0/24' },
];

/** A private mesh: an invitation by its key, what a peer shows that used it, and who is out. */
const invitationKey = signerFromSeed(filled(32, 70));
export const sampleInvitation: Invitation = {
  mesh: 'clinic-abcdefghij',
  id: filled(16, 71),
  roles: ['worker', 'keeper'],
  labels: { region: 'eu' },
  at,
  until: at + 604_800_000,
  key: invitationKey.publicKey,
};
const invitation = sealInvitation(sampleInvitation, sampleSigner, systemCrypto).bytes;
export const sampleMembership: Uint8Array = encodeMembership({ invitation, admission: sealAdmission(sampleInvitation, samplePeer, invitationKey, systemCrypto) });
export const sampleMembersAdvert: Uint8Array = sealAdvert({ ...advert, membership: sampleMembership }, sampleSigner, systemCrypto).bytes;
export const sampleRevocations: Uint8Array = sealRevocations({ mesh: sampleInvitation.mesh, seq: 2, at, peers: [otherPeer], invitations: [filled(16, 72)] }, sampleSigner, systemCrypto).bytes;
export const sampleToken: string = encodeToken({
  mesh: sampleInvitation.mesh,
  authority: sampleSigner.publicKey,
  invitation,
  seed: filled(32, 70),
  secret: filled(32, 73),
  bootstrap: ['/ip4/192.0.2.7/tcp/4001'],
});

const results: Record<string, ResultDocument> = {
  plain: { stdout: { inline: new TextEncoder().encode('ORD 166341\n') }, files: [] },
  full: {
    stdout: { cid: content('stdout'), bytes: 16_385 },
    files: [
      { path: 'a/b.csv', content: { inline: new Uint8Array() } },
      { path: 'ü.bin', content: { cid: content('file'), bytes: 1_000_000 } },
    ],
    fuel: 1_000_000,
  },
};
export const sampleResults: Record<string, Uint8Array> = Object.fromEntries(
  Object.entries(results).map(([name, result]) => [name, encodeResult(result, systemCrypto).bytes]),
);

/** A result for its requester alone, with the dice fixed. */
const opener = new ResultOpener(samplePeer, filled(32, 80), systemSealing, systemCrypto);
const sealedFor = { job: sampleJob, worker: otherPeer, publicKey: opener.publicKeyOf(filled(16, 1)) };
const sealer = new ResultSealer(sealedFor, systemSealing, { ...systemRandom, bytes: (length) => filled(length, 81) });
const plainResult = encodeResult(results.full as ResultDocument, systemCrypto);
export const sampleSealedResult: Uint8Array = sealer.begin(7).seal(plainResult, { cid: content('sealed'), bytes: sealedBytesOf(1_016_385) });
export const sampleSealKey: Uint8Array = sealedFor.publicKey;
export const openSample = (document: Uint8Array): OpenedResult | undefined =>
  opener.open({ job: sampleJob, nonce: filled(16, 1), unit: 7, worker: otherPeer, result: plainResult.cid, document });

const posted = sampleEntry([sampleFacts.posted]);
const committed = sampleEntry([sampleFacts.committed], sampleJob);
const job = sampleJob;

/** A message without its sample does not compile. */
export const sampleMessages: { [T in MessageType]: MessageBody<T> } = {
  offer: { posted },
  decline: { job, reasons: [reason, { code: 'busy', text: '' }] },
  entries: { job, entries: [committed, sampleEntry([sampleFacts.bid], sampleJob)] },
  pull: { job, lease: 'l1', running: [0, 24, 256], done: [65_536], want: 4, reset: false },
  assign: { job, lease: 'l1', run: [1, 2, 3], drop: [] },
  reveal: { job, lease: 'l1', units: [999_999] },
  progress: { job, unit: 7, fraction: 0.1, text: '1 of 10' },
  partial: { job, unit: 7, text: '{"best": 17} — bisher' },
  log: { job, unit: 7, bytes: filled(20, 60) },
  unknownLease: { job, lease: 'l1', reason },
  adverts: { adverts: [sampleAdvert] },
  reconcile: {
    job,
    ranges: [
      { after: new Uint8Array(), upTo: filled(32, 8), print: filled(16, 9) },
      { after: filled(32, 8), upTo: new Uint8Array(), ids: [filled(32, 10)] },
    ],
    want: [filled(32, 11)],
  },
  checkpointed: { job, unit: 7, fuel: 12_345_678_901, checkpoint: content('checkpoint'), bytes: 1_000_000 },
  acting: { job, forMs: 15_000, posted, delegated: sampleEntry([sampleFacts.delegated], sampleJob) },
  seek: { engine: 'wasm', memoryBytes: 67_108_864, where: 'region=eu, cores>=8', dataset: content('dataset'), most: 16 },
};
