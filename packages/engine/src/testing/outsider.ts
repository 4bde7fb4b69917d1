import type { Cid, PeerId } from '@shoal/runtime';
import { encodeMessage, openEntry, peerIdOf, sealAdvert, sealEntry, type Advert, type Entry, type Fact, type Message } from '@shoal/protocol';
import { quickCrypto, quickSigner } from './crypto.ts';
import type { Outsider, TestMesh, TestPeer } from './mesh.ts';

/** A peer without an engine: it hears what is sent to it, and says what a test makes it say. */
export class Puppet implements Outsider {
  readonly id: PeerId;
  readonly heard: Message[] = [];
  /** Whose entries it was sent. */
  readonly heardAuthors = new Set<PeerId>();
  private readonly heardFacts: Fact[] = [];
  /** Called with each message. */
  onMessage: (from: PeerId, message: Message) => void = () => {};
  private readonly signer;
  private readonly mesh: TestMesh;

  constructor(mesh: TestMesh) {
    this.mesh = mesh;
    this.signer = quickSigner(mesh.random.bytes(32));
    this.id = peerIdOf(this.signer.publicKey);
    mesh.addOutsider(this);
  }

  receive(from: PeerId, message: Message): void {
    this.heard.push(message);
    for (const bytes of message.type === 'entries' ? message.entries : []) {
      const { author, value } = openEntry(bytes, quickCrypto);
      this.heardAuthors.add(author);
      this.heardFacts.push(...value.facts);
    }
    this.onMessage(from, message);
  }

  send(to: TestPeer | PeerId, message: Message): void {
    this.mesh.transmit(this.id, typeof to === 'string' ? to : to.id, encodeMessage(message));
  }

  entry(job: Cid | undefined, ...facts: Fact[]): Entry {
    return sealEntry({ ...(job === undefined ? {} : { job }), at: this.mesh.now, facts }, this.signer, quickCrypto);
  }

  /** Signs facts and sends them. */
  say(to: TestPeer | PeerId, job: Cid, ...facts: Fact[]): void {
    this.send(to, { type: 'entries', job, entries: [this.entry(job, ...facts).bytes] });
  }

  /** Tells everybody that it would work. */
  advertise(more: Partial<Advert> = {}): void {
    const { bytes } = sealAdvert(
      {
        mesh: 'test', seq: this.mesh.now, at: this.mesh.now, ttlMs: 3_600_000, agent: 'evil', addresses: [], slots: 2, free: 2, memoryBytes: 1 << 30, fuelPerSecond: 0,
        engines: ['wasm'], isolation: 'full', determinismClass: 'test', labels: {}, datasets: [], ...more,
      },
      this.signer,
      quickCrypto,
    );
    for (const peer of this.mesh.peers) this.send(peer, { type: 'adverts', adverts: [bytes] });
  }

  bid(more: Partial<Extract<Fact, { kind: 'bid' }>> = {}): Fact {
    return { kind: 'bid', slots: 2, holds: new Uint8Array(), startInMs: 0, fuelPerSecond: 0, determinismClass: 'test', until: this.mesh.now + 30_000, ...more };
  }

  /** Facts of that kind in all entries that it heard. */
  facts<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.heardFacts.filter((fact) => fact.kind === kind) as Extract<Fact, { kind: K }>[];
  }
}

/** A worker that bids for what it is offered and pulls; what it does with its units is up to the test. */
export class EvilWorker extends Puppet {
  job: Cid | undefined;
  lease = '';
  requester: PeerId | undefined;
  wants = 4;
  /** A unit was given. */
  onUnit: (unit: number) => void = () => {};
  /** Units are to be shown. */
  onReveal: (units: number[]) => void = () => {};
  holds: Uint8Array = new Uint8Array();

  constructor(mesh: TestMesh) {
    super(mesh);
    this.onMessage = (from, message) => this.play(from, message);
  }

  /** Says that it is there and would work. */
  pull(more: Partial<Extract<Message, { type: 'pull' }>> = {}): void {
    if (this.job === undefined || this.requester === undefined) return;
    this.send(this.requester, { type: 'pull', job: this.job, lease: this.lease, running: [], done: [], want: this.wants, reset: false, ...more });
  }

  tell(...facts: Fact[]): void {
    if (this.job !== undefined && this.requester !== undefined) this.say(this.requester, this.job, ...facts);
  }

  private play(from: PeerId, message: Message): void {
    if (message.type === 'offer') {
      const { id } = openEntry(message.posted, quickCrypto);
      this.say(from, id, this.bid({ holds: this.holds }));
    }
    const leased = message.type === 'entries' ? this.facts('leased').findLast(({ worker }) => worker === this.id) : undefined;
    if (message.type === 'entries' && leased !== undefined && leased.lease !== this.lease) {
      Object.assign(this, { job: message.job, lease: leased.lease, requester: from });
      this.pull();
    }
    if (message.type === 'assign') for (const unit of message.run) this.onUnit(unit);
    if (message.type === 'reveal') this.onReveal(message.units);
  }
}
